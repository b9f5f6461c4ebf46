import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { json, problem, staffSession } from './samples'

const calls: { path: string; init: RequestInit }[] = []
let answers: (() => Response)[] = []

beforeEach(() => {
  vi.resetModules()
  calls.length = 0
  answers = []
  document.cookie = 'tf_staff_csrf=proof; path=/'
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    calls.push({ path, init })
    const answer = answers.shift()
    if (!answer) throw new TypeError('no network')
    return answer()
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
  document.cookie = 'tf_staff_csrf=; path=/; max-age=0'
})

const fresh = async () => ({ ...(await import('../session')), api: await import('../api') })

describe('a session', () => {
  it('is restored from the cookie of an earlier visit', async () => {
    const { gate, session, hasRole } = await fresh()
    answers = [() => json(staffSession())]
    await gate.restore()
    expect(session.phase).toBe('in')
    expect(hasRole('reviewer', 'window')).toBe(true)
    expect(hasRole('admin')).toBe(false)
  })

  it('is nobody when the server says so, and unknown when it cannot be asked', async () => {
    const one = await fresh()
    answers = [() => problem(401, 'identity.not_signed_in', '请先登录')]
    await one.gate.restore()
    expect(one.session.phase).toBe('out')
    vi.resetModules()
    const two = await fresh()
    await two.gate.restore()
    expect(two.session.phase).toBe('unknown')
    expect(two.session.trouble?.code).toBe('net.offline')
  })

  it('is not even asked for in a browser that never signed in', async () => {
    const { gate, session } = await fresh()
    document.cookie = 'tf_staff_csrf=; path=/; max-age=0'
    await gate.restore()
    expect(session.phase).toBe('out')
    expect(calls).toEqual([])
  })

  it('signs in with all three and without a session of its own', async () => {
    const { gate, session } = await fresh()
    answers = [() => json(staffSession())]
    await gate.signIn(' window.chengdu ', ' pass word ', '123456 ')
    expect(calls[0]?.path).toBe('/staff/v1/sessions')
    expect(JSON.parse(String(calls[0]?.init.body))).toEqual({
      username: 'window.chengdu',
      password: ' pass word ',
      otp: '123456',
    })
    expect(session.phase).toBe('in')
  })

  it('stays as it was when the sign-in fails', async () => {
    const { gate, session } = await fresh()
    answers = [
      () => problem(401, 'identity.not_signed_in', '请先登录'),
      () => problem(401, 'identity.staff_sign_in_failed', '用户名、密码或动态码不对'),
    ]
    await gate.restore()
    await expect(gate.signIn('a', 'b', '000000')).rejects.toMatchObject({ code: 'identity.staff_sign_in_failed' })
    expect(session.phase).toBe('out')
  })

  it('is lost by a 401 in the middle of work, and keeps whose it was', async () => {
    const { gate, session, api } = await fresh()
    answers = [() => json(staffSession()), () => problem(401, 'identity.session_expired', '登录已过期，请重新登录')]
    await gate.restore()
    await expect(api.openCase('TF1')).rejects.toMatchObject({ status: 401 })
    expect(session.phase).toBe('lost')
    expect(session.staff?.username).toBe('window.chengdu')
  })

  it('is lost when the proof of its cookie is gone', async () => {
    const { gate, session, api } = await fresh()
    answers = [() => json(staffSession()), () => problem(403, 'identity.csrf', '页面已失效，请刷新后重试')]
    await gate.restore()
    await expect(api.doDeed('TF1', { act: 'take' }, 'k')).rejects.toMatchObject({ code: 'identity.csrf' })
    expect(session.phase).toBe('lost')
  })

  it('is not lost by a 403 for a missing role', async () => {
    const { gate, session, api } = await fresh()
    answers = [() => json(staffSession()), () => problem(403, 'identity.forbidden', '您没有权限进行这项操作')]
    await gate.restore()
    await expect(api.openCase('TF1')).rejects.toMatchObject({ status: 403 })
    expect(session.phase).toBe('in')
  })

  it('ends by the clock', async () => {
    vi.useFakeTimers()
    const { gate, session } = await fresh()
    answers = [() => json(staffSession({ expires_at: new Date(Date.now() + 60_000).toISOString() }))]
    await gate.restore()
    vi.advanceTimersByTime(59_000)
    expect(session.phase).toBe('in')
    vi.advanceTimersByTime(2_000)
    expect(session.phase).toBe('lost')
  })

  it('is not said to be over while the server still keeps it', async () => {
    const { gate, session } = await fresh()
    answers = [() => json(staffSession())]
    await gate.restore()
    await expect(gate.signOut()).rejects.toMatchObject({ code: 'net.offline' })
    expect(session.phase).toBe('in')
    answers = [() => new Response(null, { status: 204 })]
    await gate.signOut()
    expect(session.phase).toBe('out')
    expect(session.staff).toBeNull()
  })
})

describe('a call', () => {
  it('carries the proof and the key when it changes something, and neither when it reads', async () => {
    const { api } = await fresh()
    answers = [() => json({}), () => json({})]
    await api.openCase('TF 1')
    await api.doDeed('TF1', { act: 'not_accept', body: { reason: 'x', right_office: null } }, 'key-1')
    const [read, write] = calls.map(({ init }) => new Headers(init.headers))
    expect(calls.map(({ path }) => path)).toEqual(['/staff/v1/cases/TF%201', '/staff/v1/cases/TF1/not-accept'])
    expect(read?.get('x-tf-csrf')).toBeNull()
    expect(write?.get('x-tf-csrf')).toBe('proof')
    expect(write?.get('idempotency-key')).toBe('key-1')
  })

  it('that changes something is never sent twice by itself', async () => {
    const { api } = await fresh()
    await expect(api.doDeed('TF1', { act: 'take' }, 'k')).rejects.toMatchObject({ code: 'net.offline' })
    expect(calls).toHaveLength(1)
  })

  it('keeps its key for the same content only', async () => {
    const { api } = await fresh()
    const keyOf = api.keyring()
    const first = keyOf({ reason: 'a' })
    expect(keyOf({ reason: 'a' })).toBe(first)
    expect(keyOf({ reason: 'b' })).not.toBe(first)
    expect(api.keyring()({ reason: 'a' })).not.toBe(first)
  })
})

describe('the place to return to', () => {
  it('is a path of the console and nothing else', async () => {
    const { safeReturn } = await fresh()
    expect(safeReturn('/cases/TF1?x=1')).toBe('/cases/TF1?x=1')
    for (const bad of ['//evil.example', '/\\evil.example', 'https://evil.example', '/sign-in?next=/', null, ['//x'], ''])
      expect(safeReturn(bad)).toBe('/')
  })
})
