import { describe, expect, it } from 'vitest'

import { Bridge, judge, KINDS, MAX_MESSAGE, PER_SECOND, Refusal, VERSION, type Handlers, type Kind } from './bridge'

const ask = (kind: unknown, body: unknown = {}, more: object = {}) => judge({ v: VERSION, id: 1, kind, body, ...more })
const refused = (found: ReturnType<typeof judge>) => ('refusal' in found ? found.refusal.code : null)

describe('a message of a page', () => {
  it('is taken when it is one of ours', () => {
    expect(ask('style')).toEqual({ id: 1, kind: 'style', body: {} })
    expect(ask('call', { matter: 'bus', params: { q: '1路' } })).toMatchObject({ kind: 'call' })
    expect(ask('open', { matter: 'a_b.c' })).toMatchObject({ body: { matter: 'a_b.c' } })
  })

  it.each([
    ['unknown', ask('steal')],
    ['unknown', ask('constructor')],
    ['unknown', ask('__proto__')],
    ['unknown', ask(7)],
    ['version', judge({ v: 2, id: 1, kind: 'style' })],
    ['format', judge('style')],
    ['format', judge(null)],
    ['format', judge([1])],
    ['format', judge({ v: 1, kind: 'style' })],
    ['format', judge({ v: 1, id: -1, kind: 'style' })],
    ['format', ask('style', {}, { token: 'x' })],
    ['body', ask('who', { fields: ['phone'] })],
    ['body', ask('open', { matter: '../me' })],
    ['body', ask('open', { matter: 'https://evil.example' })],
    ['body', ask('apply', { matter: 'other.module' })],
    ['body', ask('call', { matter: 'bus', module: 'other' })],
    ['body', ask('call', { matter: 'bus', params: [1] })],
    ['body', ask('style', 'x')],
    ['too_large', ask('call', { matter: 'bus', params: { q: 'x'.repeat(MAX_MESSAGE) } })],
  ])('is refused as %s', (code, found) => {
    expect(refused(found)).toBe(code)
  })
})

describe('the bridge', () => {
  function made(handlers: Partial<Handlers>) {
    const sent: { id: number; ok: boolean; body?: unknown; error?: { code: string; message: string } }[] = []
    const port = { onmessage: null as null | ((event: MessageEvent) => void), postMessage: (x: never) => sent.push(x), close() {} }
    const none = Object.fromEntries((Object.keys(KINDS) as Kind[]).map((kind) => [kind, () => ({})]))
    const bridge = new Bridge(port as unknown as MessagePort, { ...none, ...handlers } as Handlers, () => 0)
    const say = async (data: unknown) => {
      port.onmessage?.({ data } as MessageEvent)
      await new Promise((done) => setTimeout(done))
    }
    return { bridge, sent, say }
  }

  it('answers with what was found, and hides what went wrong inside', async () => {
    const { sent, say } = made({
      style: () => ({ mode: 'elder' }),
      who: () => {
        throw new Refusal('declined', '您没有同意')
      },
      call: () => {
        throw new Error('secret detail')
      },
    })
    await say({ v: 1, id: 1, kind: 'style' })
    await say({ v: 1, id: 2, kind: 'who' })
    await say({ v: 1, id: 3, kind: 'call', body: { matter: 'bus' } })
    expect(sent[0]).toEqual({ v: 1, id: 1, ok: true, body: { mode: 'elder' } })
    expect(sent[1]).toMatchObject({ id: 2, ok: false, error: { code: 'declined', message: '您没有同意' } })
    expect(JSON.stringify(sent[2])).not.toContain('secret')
    expect(sent[2]).toMatchObject({ id: 3, ok: false, error: { code: 'failed' } })
  })

  it('does no more than so many things a second', async () => {
    let done = 0
    const { sent, say } = made({ style: () => void (done += 1) })
    for (let at = 0; at < PER_SECOND + 3; at += 1) await say({ v: 1, id: at, kind: 'style' })
    expect(done).toBe(PER_SECOND)
    expect(sent.filter((item) => item.error?.code === 'too_many')).toHaveLength(3)
  })

  it('is silent after it was shut', async () => {
    let free: (value: unknown) => void = () => undefined
    const { bridge, sent, say } = made({ who: () => new Promise((done) => (free = done)) })
    await say({ v: 1, id: 1, kind: 'who' })
    bridge.shut()
    free({ fields: { name: 'x' } })
    await say({ v: 1, id: 2, kind: 'style' })
    expect(sent).toEqual([])
  })
})
