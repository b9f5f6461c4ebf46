/** Alipay: the only file that names `my`. Calls and failures as in its documentation of the mini-program API. */
import type { Outcome, Platform } from './kinds'

type My = Record<string, (options: Record<string, unknown>) => unknown> & {
  getAppBaseInfo(): { fontSizeSetting?: number }
  getFileSystemManager(): { readFile(options: Record<string, unknown>): void }
}
declare const my: My

function asked<T>(call: string, options: Record<string, unknown> = {}): Promise<T> {
  return new Promise((done, fail) => {
    my[call]!({ ...options, success: (answer: unknown) => done(answer as T), fail: (why: unknown) => fail(why) })
  })
}

/** 9000 done, 6001 the person left, 8000 under way (the server knows), everything else failed. */
const outcome = (code: unknown): Outcome =>
  String(code) === '6001' ? 'left' : ['9000', '8000'].includes(String(code)) ? 'done' : 'failed'

export const platform: Platform = {
  name: 'alipay',
  loginCode: async () => (await asked<{ authCode: string }>('getAuthCode', { scopes: 'auth_base' })).authCode,
  face: async (params) => {
    const answer = await asked<{ resultStatus: string }>('startAPVerify', {
      certifyId: params['certifyId'] ?? params['certify_id'],
      url: params['url'],
    }).catch(() => null)
    return outcome(answer?.resultStatus)
  },
  subscribe: async (entityIds) => {
    try {
      const { result } = await asked<{ result?: { subscribedEntityIds?: string[] } }>('requestSubscribeMessage', { entityIds })
      const yes = result?.subscribedEntityIds ?? []
      return Object.fromEntries(entityIds.map((id) => [id, yes.includes(id) ? 'accept' : 'reject']))
    } catch {
      return null
    }
  },
  fontSize: () => my.getAppBaseInfo().fontSizeSetting ?? 16,
  read: (filePath, position, length) =>
    new Promise((done, fail) => {
      my.getFileSystemManager().readFile({
        filePath,
        position,
        length,
        encoding: 'base64',
        success: (answer: { data: string }) => done(answer.data),
        fail,
      })
    }),
}
