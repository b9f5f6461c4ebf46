/** WeChat: the only file that names `wx`. Calls and failures as in its documentation of the mini-program API. */
import type { Outcome, Platform } from './kinds'

type Wx = Record<string, (options: Record<string, unknown>) => unknown> & {
  getAppBaseInfo(): { fontSizeSetting?: number }
  getFileSystemManager(): { readFile(options: Record<string, unknown>): void }
}
declare const wx: Wx

function asked<T>(call: string, options: Record<string, unknown> = {}): Promise<T> {
  return new Promise((done, fail) => {
    wx[call]!({ ...options, success: (answer: unknown) => done(answer as T), fail: (why: unknown) => fail(why) })
  })
}

const left = (why: unknown) => /cancel|deny/i.test(String((why as { errMsg?: string }).errMsg ?? ''))

async function told(act: Promise<unknown>): Promise<Outcome> {
  try {
    await act
    return 'done'
  } catch (why) {
    return left(why) ? 'left' : 'failed'
  }
}

export const platform: Platform = {
  name: 'wechat',
  loginCode: async () => (await asked<{ code: string }>('login')).code,
  face: (params) => told(asked('requestFacialVerify', { verifyId: params['verifyId'] ?? params['verify_id'] })),
  subscribe: async (tmplIds) => {
    try {
      const answer = await asked<Record<string, unknown>>('requestSubscribeMessage', { tmplIds })
      return Object.fromEntries(tmplIds.map((id) => [id, String(answer[id] ?? 'reject') as 'accept']))
    } catch {
      return null // switched off as a whole, or no tap before it: nothing was asked
    }
  },
  fontSize: () => wx.getAppBaseInfo().fontSizeSetting ?? 16,
  read: (filePath, position, length) =>
    new Promise((done, fail) => {
      wx.getFileSystemManager().readFile({
        filePath,
        position,
        length,
        encoding: 'base64',
        success: (answer: { data: string }) => done(answer.data),
        fail,
      })
    }),
}
