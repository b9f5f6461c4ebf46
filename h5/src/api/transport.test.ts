import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { ApiError } from './problem'
import { onSessionLost, transport } from './transport'

const asked: Request[] = []
let answers: ((request: Request) => Response | Promise<Response>)[] = []

const json = (status: number, body: unknown = {}, headers: Record<string, string> = {}) =>
  new Response(status === 204 ? null : JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  })
const get = (path = '/api/v1/me') => new Request(`http://localhost${path}`)
const post = (headers: Record<string, string> = {}) =>
  new Request('http://localhost/api/v1/cases', { method: 'POST', body: '{"a":1}', headers })
const lostNetwork = () => Promise.reject(new TypeError('Failed to fetch'))
const expired = () => json(401, { code: 'identity.session_expired', title: '登录已过期' })

beforeEach(() => {
  asked.length = 0
  answers = []
  document.cookie = 'tf_csrf=abc'
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  vi.stubGlobal('fetch', (request: Request) => {
    asked.push(request)
    const next = answers.length > 1 ? answers.shift()! : answers[0]!
    return Promise.resolve(request).then(next)
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  document.cookie = 'tf_csrf=; max-age=0'
})

async function settle<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  await vi.runAllTimersAsync()
  return promise
}

describe('the way to the server', () => {
  it('sends the CSRF value with what changes something, and not with what reads', async () => {
    answers = [() => json(200)]
    await settle(transport(post()))
    await settle(transport(get()))
    expect(asked[0]!.headers.get('x-tf-csrf')).toBe('abc')
    expect(asked[1]!.headers.has('x-tf-csrf')).toBe(false)
  })

  it('reads again on a weak network and gives up after three', async () => {
    answers = [lostNetwork]
    await expect(settle(transport(get()))).rejects.toMatchObject({ code: 'net.offline' })
    expect(asked).toHaveLength(3)
  })

  it('reads again when the server was away for a moment', async () => {
    answers = [() => json(503), () => json(200, { fine: true })]
    expect(await (await settle(transport(get()))).json()).toEqual({ fine: true })
  })

  it('does not ask again before the time that the server named', async () => {
    answers = [() => json(503, { code: 'core.unavailable', title: 't' }, { 'retry-after': '30' })]
    await expect(settle(transport(get()))).rejects.toMatchObject({ retryAfter: 30 })
    expect(asked).toHaveLength(1)
  })

  it('repeats a write only when it carries its key, with the same body', async () => {
    answers = [lostNetwork, () => json(201)]
    await settle(transport(post({ 'Idempotency-Key': 'k1' })))
    expect(asked).toHaveLength(2)
    expect(asked[1]!.headers.get('idempotency-key')).toBe('k1')
    expect(await asked[1]!.text()).toBe('{"a":1}')
    asked.length = 0
    answers = [lostNetwork]
    await expect(settle(transport(post()))).rejects.toBeInstanceOf(ApiError)
    expect(asked).toHaveLength(1)
  })

  it('renews an expired session once for everybody who waits, and asks again', async () => {
    let renewed = 0
    answers = [
      (request) => {
        if (request.url.endsWith('/session/refresh')) {
          renewed += 1
          return json(200)
        }
        return renewed > 0 ? json(200, { me: 1 }) : expired()
      },
    ]
    const both = await settle(Promise.all([transport(get('/api/v1/me')), transport(get('/api/v1/cases'))]))
    expect(renewed).toBe(1)
    expect(both.map((response) => response.status)).toEqual([200, 200])
  })

  it('repeats a renewal whose answer was lost with the same key, also after a reload', async () => {
    let away = true
    let renewed = false
    answers = [
      (request) => {
        if (!request.url.endsWith('/refresh')) return renewed ? json(200) : expired()
        if (away) return lostNetwork()
        renewed = true
        return json(200)
      },
    ]
    await expect(settle(transport(get()))).rejects.toMatchObject({ code: 'net.offline' })
    away = false
    await settle(transport(get()))
    const keys = asked.filter((request) => request.url.endsWith('/refresh')).map((request) => request.headers.get('idempotency-key'))
    expect(keys.length).toBeGreaterThan(1)
    expect(new Set(keys).size).toBe(1)
    renewed = false
    await settle(transport(get()))
    expect(asked.at(-2)!.headers.get('idempotency-key')).not.toBe(keys[0])
  })

  it('says so once when the session cannot be renewed', async () => {
    const lost = vi.fn()
    onSessionLost(lost)
    answers = [(request) => (request.url.endsWith('/refresh') ? json(401, { code: 'identity.refresh_refused' }) : expired())]
    await expect(settle(transport(get()))).rejects.toMatchObject({ status: 401 })
    expect(lost).toHaveBeenCalledTimes(1)
  })

  it('does not take a server that is away for the end of the sign-in', async () => {
    const lost = vi.fn()
    onSessionLost(lost)
    answers = [(request) => (request.url.endsWith('/refresh') ? json(503, { code: 'core.unavailable', title: 't' }) : expired())]
    await expect(settle(transport(get()))).rejects.toMatchObject({ status: 503 })
    expect(lost).not.toHaveBeenCalled()
  })

  it('does not try to renew what was never there', async () => {
    document.cookie = 'tf_csrf=; max-age=0'
    answers = [() => json(401, { code: 'identity.not_signed_in', title: '请先登录' })]
    await expect(settle(transport(get()))).rejects.toMatchObject({ code: 'identity.not_signed_in' })
    expect(asked).toHaveLength(1)
  })

  it('is cancelled when the page is left', async () => {
    const leave = new AbortController()
    answers = [
      (request) =>
        new Promise((_, fail) => request.signal.addEventListener('abort', () => fail(new DOMException('', 'AbortError')))),
    ]
    const going = transport(new Request('http://localhost/api/v1/me', { signal: leave.signal }))
    going.catch(() => undefined)
    await vi.advanceTimersByTimeAsync(10)
    leave.abort()
    await expect(going).rejects.toMatchObject({ code: 'net.cancelled' })
  })

  it('does not wait for ever', async () => {
    answers = [
      (request) =>
        new Promise((_, fail) => request.signal.addEventListener('abort', () => fail(new DOMException('', 'AbortError')))),
    ]
    await expect(settle(transport(post()))).rejects.toMatchObject({ code: 'net.timeout' })
  })
})
