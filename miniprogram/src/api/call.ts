/**
 * The one way to the server: bearer token, deadline, retries on a weak network, one refresh of an expired session for
 * all requests that wait for it. Paths, bodies and answers come from `schema.d.ts`, made from the server's document.
 */
import { newKey } from '@/lib/key'

import { ApiError, offline, problemOf, timeout } from './problem'
import type { components, paths } from './schema'
import { forgetTokens, keepTokens, tokens } from './tokens'

export type Schemas = components['schemas']
type Method = 'get' | 'post' | 'put' | 'delete'
type Having<M extends Method> = { [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never }[keyof paths]
type Answer<R> = R extends { content: { 'application/json': infer A } } ? A : undefined
type Ok<O> = O extends { responses: infer R } ? { [S in keyof R & (200 | 201 | 202)]: Answer<R[S]> }[keyof R & (200 | 201 | 202)] : never
type Body<O> = O extends { requestBody?: { content: { 'application/json': infer B } } } ? B : undefined

export interface Options<B> {
  /** Values of `{…}` in the path. */
  path?: Record<string, string>
  query?: Record<string, string | number | boolean | null | undefined>
  body?: B
  key?: string
  seconds?: number
}

const PATIENCE = { read: 15, write: 30 }
const PAUSES = [400, 1500]
const API = import.meta.env.VITE_API

export const wait = (ms: number) => new Promise<void>((done) => setTimeout(done, ms))

interface Raw {
  status: number
  data: unknown
  headers: Record<string, string>
}

function once(method: string, url: string, options: Options<unknown>): Promise<Raw> {
  const headers: Record<string, string> = { accept: 'application/json' }
  const held = tokens()
  if (held) headers['authorization'] = `Bearer ${held.token}`
  if (options.key) headers['idempotency-key'] = options.key
  if (options.body !== undefined) headers['content-type'] = 'application/json'
  const seconds = options.seconds ?? (method === 'GET' ? PATIENCE.read : PATIENCE.write)
  return new Promise((done, fail) => {
    uni.request({
      url: API + url,
      method: method as 'GET',
      header: headers,
      data: options.body === undefined ? undefined : JSON.stringify(options.body),
      timeout: seconds * 1000,
      success: (answer) => {
        const { statusCode, header } = answer as { statusCode: number; header?: Record<string, string> }
        let data: unknown = answer.data
        if (typeof data === 'string' && data !== '') {
          try {
            data = JSON.parse(data)
          } catch {
            data = null // a proxy's page: problemOf finds a sentence by the status
          }
        }
        done({ status: statusCode, data, headers: header ?? {} })
      },
      fail: (why) => {
        const text = String((why as { errMsg?: string; errorMessage?: string }).errMsg ?? '')
        fail(/timeout/i.test(text) ? timeout() : offline())
      },
    })
  })
}

/** A read, or a write with an Idempotency-Key, may be sent again: the server answers it once. */
async function persistent(method: string, url: string, options: Options<unknown>): Promise<Raw> {
  const repeatable = method === 'GET' || options.key !== undefined
  for (let round = 0; ; round += 1) {
    const pause = PAUSES[round]
    try {
      const answer = await once(method, url, options)
      const again = method === 'GET' && [502, 503, 504].includes(answer.status)
      if (!again || pause === undefined) return answer
    } catch (error) {
      if (!(error instanceof ApiError) || pause === undefined || !repeatable) throw error
    }
    await wait(pause)
  }
}

let refreshing: Promise<boolean> | null = null
const lost = new Set<() => void>()

/** Called each time a session turns out to be over. */
export const onSessionLost = (listener: () => void) => void lost.add(listener)

/** A refresh token is good once; the same key again after a lost answer is the same wish, not theft. */
async function renew(): Promise<boolean> {
  const held = tokens()
  if (!held) return false
  held.renewal ??= newKey()
  keepTokens(held)
  const answer = await persistent('POST', '/api/v1/session/refresh', { body: { refresh_token: held.refresh_token }, key: held.renewal })
  if (answer.status === 401) return false
  if (answer.status !== 200) throw problemOf(answer.status, answer.data, answer.headers)
  const { token, refresh_token } = answer.data as Schemas['SessionCreated']
  keepTokens({ token, refresh_token })
  return true
}

export function refresh(): Promise<boolean> {
  refreshing ??= renew().finally(() => (refreshing = null))
  return refreshing
}

async function send(method: string, template: string, options: Options<unknown> = {}): Promise<unknown> {
  let url = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(options.path?.[name] ?? ''))
  const query = Object.entries(options.query ?? {}).filter(([, value]) => value !== undefined && value !== null && value !== '')
  if (query.length > 0) url += `?${query.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')}`
  let answer = await persistent(method, url, options)
  if (answer.status === 401 && tokens()) {
    if (await refresh()) answer = await persistent(method, url, options)
    if (answer.status === 401) {
      forgetTokens()
      for (const listener of lost) listener()
    }
  }
  if (answer.status >= 200 && answer.status < 300) return answer.data
  throw problemOf(answer.status, answer.data, answer.headers)
}

export const api = {
  get: <P extends Having<'get'>>(path: P, options?: Options<undefined>) =>
    send('GET', path, options) as Promise<Ok<paths[P]['get']>>,
  post: <P extends Having<'post'>>(path: P, options?: Options<Body<paths[P]['post']>>) =>
    send('POST', path, options) as Promise<Ok<paths[P]['post']>>,
  put: <P extends Having<'put'>>(path: P, options?: Options<Body<paths[P]['put']>>) =>
    send('PUT', path, options) as Promise<Ok<paths[P]['put']>>,
  delete: <P extends Having<'delete'>>(path: P, options?: Options<undefined>) =>
    send('DELETE', path, options) as Promise<Ok<paths[P]['delete']>>,
}
