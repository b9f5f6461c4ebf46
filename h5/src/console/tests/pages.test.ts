import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory } from 'vue-router'

import Console from '../Console.vue'
import { consoleRouter } from '../router'
import { gate, session } from '../session'
import type { StaffCase } from '../types'
import { json, problem, staffCase, staffSession } from './samples'

interface Sent {
  path: string
  body: unknown
  key: string | null
}

let found: StaffCase
let deeds: Sent[]
let onDeed: (sent: Sent) => Response
let signIn: () => Response
let signedIn: boolean
let app: VueWrapper

// A busy machine is slow, not wrong.
vi.setConfig({ testTimeout: 60_000 })
const until = (check: () => void) => vi.waitFor(check, { timeout: 30_000 })

/** A small server: one case, and whatever a test says about deeds and sign-ins. */
async function server(path: string, init: RequestInit): Promise<Response> {
  const body: unknown = init.body ? JSON.parse(String(init.body)) : undefined
  if (path === '/staff/v1/sessions') {
    const answer = signIn()
    signedIn ||= answer.ok
    return answer
  }
  if (path.startsWith('/api/v1/regions')) return json({ items: [], next: null })
  if (!signedIn) return problem(401, 'identity.session_expired', '登录已过期，请重新登录')
  if (path === '/staff/v1/session' && init.method === 'DELETE') {
    signedIn = false
    return new Response(null, { status: 204 })
  }
  if (path === '/staff/v1/session') return json(staffSession())
  if (init.method !== 'POST') return json(found)
  const sent = { path, body, key: new Headers(init.headers).get('idempotency-key') }
  deeds.push(sent)
  return onDeed(sent)
}

const part = (name: string) => document.querySelector<HTMLElement>(`[data-test="${name}"]`)
const text = (name: string) => part(name)?.textContent?.trim() ?? null

async function press(name: string) {
  const target = part(name)
  if (!target) throw new Error(`no ${name} on the page`)
  // jsdom knows no submit button outside of its form.
  const form = target.getAttribute('form')
  if (form) document.getElementById(form)?.dispatchEvent(new Event('submit', { cancelable: true }))
  else target.click()
  await flushPromises()
}

async function write(name: string, value: string) {
  const target = part(name) as HTMLInputElement | null
  if (!target) throw new Error(`no ${name} on the page`)
  target.value = value
  target.dispatchEvent(new Event('input'))
  await flushPromises()
}

async function fillSignIn(otp: string) {
  await write('username', 'window.chengdu')
  await write('password', 'secret')
  await write('otp', otp)
  part('sign-in')?.closest('form')?.dispatchEvent(new Event('submit', { cancelable: true }))
  await flushPromises()
}

async function open(path: string) {
  if (signedIn) await gate.signIn('window.chengdu', 'secret', '000000')
  const history = createMemoryHistory('/console/')
  history.replace(path)
  const router = consoleRouter(history)
  app = mount(Console, { attachTo: document.body, global: { plugins: [router] } })
  await router.isReady()
  await flushPromises()
  await until(() => {
    if (!part('number') && !part('username')) throw new Error('nothing there yet')
  })
  return router
}

// Compiling the pages takes longer than any wait below.
beforeAll(async () => {
  await Promise.all([import('../pages/CasePage.vue'), import('../pages/QueuePage.vue')])
}, 60_000)
beforeEach(() => {
  found = staffCase()
  deeds = []
  signedIn = true
  signIn = () => json(staffSession())
  onDeed = () => json(found)
  vi.stubGlobal('fetch', server)
  vi.stubGlobal('scrollTo', vi.fn())
  Element.prototype.scrollIntoView = vi.fn()
})
afterEach(async () => {
  await gate.signOut()
  app.unmount()
  document.body.innerHTML = ''
  vi.unstubAllGlobals()
})

describe('signing in', () => {
  it('leads back to where one wanted to go', async () => {
    signedIn = false
    const router = await open('/cases/TF1')
    expect(router.currentRoute.value.path).toBe('/sign-in')
    await fillSignIn('123456')
    await until(() => expect(text('number')).toBe('TF1'))
    expect(router.currentRoute.value.fullPath).toBe('/cases/TF1')
  })

  it('says what was wrong, empties the code that is spent, and waits when locked', async () => {
    signedIn = false
    await open('/cases/TF1')
    signIn = () => problem(401, 'identity.staff_sign_in_failed', '用户名、密码或动态码不对；动态码每个只能用一次')
    await fillSignIn('123456')
    expect(text('problem')).toContain('动态码每个只能用一次')
    expect(text('request-id')).toBe('req-1')
    expect((part('otp') as HTMLInputElement).value).toBe('')
    signIn = () => problem(429, 'identity.staff_locked', '连续输错次数过多，请稍后再试', {}, { 'retry-after': '900' })
    await fillSignIn('123457')
    expect(text('sign-in')).toBe('15 分钟后可再试')
    expect((part('sign-in') as HTMLButtonElement).disabled).toBe(true)
  })

  it('is not tried with a code that is no code', async () => {
    signedIn = false
    await open('/cases/TF1')
    const tried = vi.fn(() => json(staffSession()))
    signIn = tried
    await fillSignIn('12345')
    expect(tried).not.toHaveBeenCalled()
    expect(document.body.textContent).toContain('动态码是 6 位数字')
  })
})

describe('a deed', () => {
  it('is confirmed once, by a plain sentence, and sent with a key', async () => {
    await open('/cases/TF1')
    onDeed = () => json(staffCase({ mine: true, handler: '成都窗口', can: ['accept', 'correct'] }))
    await press('take')
    expect(deeds).toEqual([])
    expect(text('sentence')).toContain('其他经办人不能再处理')
    await press('confirm')
    expect(deeds).toMatchObject([{ path: '/staff/v1/cases/TF1/take' }])
    expect(deeds[0]?.key).toMatch(/^[0-9a-f]{32}$/)
    expect(text('notice')).toContain('已领取')
    expect(part('take')).toBeNull()
    expect(part('accept')).not.toBeNull()
  })

  it('that came too late says who has the case, and shows it as it is now', async () => {
    await open('/cases/TF1')
    onDeed = () => {
      found = staffCase({ handler: '李敏', can: [] })
      return problem(409, 'cases.taken', '这个办件已经由别的经办人领取', { detail: '这个办件已经由李敏领取' })
    }
    await press('take')
    await press('confirm')
    await until(() => expect(text('problem')).toContain('李敏'))
    expect(text('handler')).toContain('李敏')
    expect(part('take')).toBeNull()
    expect(text('nothing-to-do')).toContain('可以查看')
  })

  it('that got lost on the way is pressed again with the same key', async () => {
    await open('/cases/TF1')
    onDeed = () => {
      throw new TypeError('network')
    }
    await press('take')
    await press('confirm')
    expect(text('problem')).toContain('检查网络')
    await press('confirm')
    expect(deeds).toHaveLength(2)
    expect(deeds[0]?.key).toBe(deeds[1]?.key)
  })

  it('of refusing needs its reason and names the way to appeal', async () => {
    found = staffCase({ can: ['decide'], state: 'accepted' })
    await open('/cases/TF1')
    await press('refuse')
    expect(text('appeal-note')).toContain('行政诉讼')
    await press('confirm')
    expect(deeds).toEqual([])
    await write('reason', '不符合条件')
    await press('confirm')
    expect(deeds).toMatchObject([{ body: { outcome: 'refused', reason: '不符合条件' } }])
  })
})

describe('the one-time notice', () => {
  async function fill() {
    await press('correct')
    expect(text('once-warning')).toContain('只能发送一次')
    await press('send-correct')
    expect(part('confirm')).toBeNull()
    await press('missing-no_home')
    await write('missing-reason-no_home', '请上传无房证明')
    await press('send-correct')
  }

  it('is read as the citizen will read it, and sent after one confirmation', async () => {
    await open('/cases/TF1')
    onDeed = () => json(staffCase({ state: 'correcting', state_text: '需要补正材料', can: [] }))
    await fill()
    expect(text('preview')).toContain('请上传无房证明')
    expect(deeds).toEqual([])
    await press('confirm')
    expect(deeds).toMatchObject([
      {
        path: '/staff/v1/cases/TF1/correct',
        body: { missing: [{ code: 'no_home', name: '无房证明', reason: '请上传无房证明' }], note: null },
      },
    ])
    expect(text('state')).toBe('需要补正材料')
  })

  it('survives the end of the session while it is written', async () => {
    await open('/cases/TF1')
    await fill()
    signedIn = false
    await press('confirm')
    expect(session.phase).toBe('lost')
    expect(text('session-ended')).toContain('已填写的内容还在')
    await fillSignIn('654321')
    expect(session.phase).toBe('in')
    expect(text('preview')).toContain('请上传无房证明')
    expect(part('problem')).toBeNull()
  })

  it('is not handed to another person who signs in meanwhile', async () => {
    const router = await open('/cases/TF1')
    await fill()
    signedIn = false
    await press('confirm')
    const other = { ...staffSession().staff, username: 'reviewer.chengdu' }
    signIn = () => json(staffSession({ staff: other }))
    await fillSignIn('654321')
    await until(() => expect(router.currentRoute.value.path).toBe('/cases'))
    expect(part('preview')).toBeNull()
  })
})

describe('an account without a handler’s role', () => {
  it('is told so instead of being shown an empty queue', async () => {
    signedIn = false
    await open('/cases/TF1')
    signIn = () => json(staffSession({ staff: { ...staffSession().staff, roles: ['auditor'] } }))
    await fillSignIn('123456')
    await until(() => expect(text('no-role')).toContain('审计'))
  })
})
