import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory } from 'vue-router'

import Console from '../Console.vue'
import { holdText, listOf, percentText, stepText } from '../publishing'
import { consoleRouter } from '../router'
import { gate } from '../session'
import type { DepartmentKeys, Differences, Health, Module, Release, Team } from '../types'
import { json, problem, staffSession } from './samples'

interface Sent {
  path: string
  method: string
  body: unknown
  key: string | null
}

const AT = '2026-11-24T09:00:00+08:00'

const release = (given: Partial<Release> = {}): Release => ({
  id: 'r1',
  module: 'try_module',
  version: '1.1.0',
  state: 'in_review',
  team: 'try_team',
  digest: 'ab',
  matters: 1,
  findings: [],
  reasons: [],
  secrecy_review: null,
  uploaded_by: { id: 's1', name: '甲' },
  submitted_by: { id: 's1', name: '甲' },
  reviewed_by: null,
  yours: false,
  created_at: AT,
  state_at: AT,
  ...given,
})

const passed = { passed: true, note: '', by: 's2', name: '乙', at: AT }

const moduleOut = (given: Partial<Module> = {}): Module => ({
  id: 'try_module',
  name: '示例模块',
  owners: ['try_team'],
  live: '1.0.0',
  candidate: '1.1.0',
  releases: [],
  rollouts: [
    {
      id: 'o1',
      module: 'try_module',
      release: 'r1',
      version: '1.1.0',
      state: 'gray',
      step: 0,
      steps: [{ percent: 5, regions: [], cohorts: [], hold_s: 3600 }],
      step_at: AT,
      start_at: null,
      created_at: AT,
      ended_at: null,
      reason: '',
    },
  ],
  switches: [],
  notices: [],
  ...given,
})

const departmentKeys: DepartmentKeys = {
  module: 'try_module',
  keys: [
    { id: 'aaaa000011112222', algorithm: 'sm2', state: 'proposed', created_at: AT, ended_at: null, reason: '' },
    { id: 'bbbb000011112222', algorithm: 'ed25519', state: 'active', created_at: AT, ended_at: null, reason: '' },
  ],
  platform: [{ id: 'tianfu', algorithm: 'ed25519', public_key: 'PEM' }],
}

const health: Health = {
  module: 'try_module',
  hours: 24,
  releases: [
    {
      release: 'try_module@1.0.0',
      role: 'live',
      views: 7,
      calls: 40,
      failures: 1,
      failure_rate: 0.025,
      mean_ms: 120.4,
      forms_finished: 9,
      forms_left: 1,
      left_rate: 0.1,
    },
    {
      release: 'try_module@1.1.0',
      role: 'candidate',
      views: 0,
      calls: 0,
      failures: 0,
      failure_rate: null,
      mean_ms: null,
      forms_finished: 0,
      forms_left: 0,
      left_rate: null,
    },
  ],
  ratings: { days: 30, count: 0, mean: null, bad: 0 },
}

const team = (given: Partial<Team> = {}): Team => ({
  id: 'try_team',
  name: '示例团队',
  keys: [{ id: 'k1', state: 'active', created_at: AT, ended_at: null, reason: '' }],
  ...given,
})

let found: Release
let shownModule: Module
let shownTeam: Team
let changes: Differences
let roles: string[]
let sent: Sent[]
let onDeed: (deed: Sent) => Response
let app: VueWrapper

vi.setConfig({ testTimeout: 60_000 })
const until = (check: () => void) => vi.waitFor(check, { timeout: 30_000 })

/** A small server: one module, one release of it, one team, and whatever a test says about deeds. */
async function server(path: string, init: RequestInit): Promise<Response> {
  const session = staffSession()
  session.staff.roles = roles as typeof session.staff.roles
  if (path === '/staff/v1/session' && init.method === 'DELETE') return new Response(null, { status: 204 })
  if (path === '/staff/v1/sessions' || path === '/staff/v1/session') return json(session)
  if (path.startsWith('/api/v1/regions')) return json({ items: [], next: null })
  if (init.method === 'POST' || init.method === 'PUT') {
    const body: unknown = init.body ? JSON.parse(String(init.body)) : undefined
    const deed = { path, method: init.method, body, key: new Headers(init.headers).get('idempotency-key') }
    sent.push(deed)
    return onDeed(deed)
  }
  if (path.startsWith('/publish/v1/releases/r1/differences')) {
    return json(path.endsWith('start=0') ? changes : { ...changes, items: changes.items.slice(0, 1), next: null })
  }
  if (path === '/publish/v1/releases/r1') return json(found)
  if (path.startsWith('/publish/v1/releases')) return json({ items: [], next: null })
  if (path.startsWith('/publish/v1/modules/try_module/health')) return json(health)
  if (path.endsWith('/department-keys')) return json(departmentKeys)
  if (path === '/publish/v1/modules/try_module') return json(shownModule)
  if (path.startsWith('/publish/v1/modules')) return json({ items: [], next: null })
  if (path === '/publish/v1/teams/try_team') return json(shownTeam)
  if (path.startsWith('/publish/v1/teams')) {
    return json({ items: [{ id: 'try_team', name: '示例团队', active: 1, proposed: 0 }], next: null })
  }
  return problem(404, 'core.not_found', '没有找到')
}

const part = (name: string) => document.querySelector<HTMLElement>(`[data-test="${name}"]`)
const every = (name: string) => [...document.querySelectorAll<HTMLElement>(`[data-test="${name}"]`)]
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

async function open(path: string, mark: string) {
  await gate.signIn('publisher.chengdu', 'secret', '000000')
  const history = createMemoryHistory('/console/')
  history.replace(path)
  const router = consoleRouter(history)
  app = mount(Console, { attachTo: document.body, global: { plugins: [router] } })
  await router.isReady()
  await flushPromises()
  await until(() => expect(part(mark)).not.toBeNull())
  return router
}

const RELEASE = '/modules/try_module/releases/r1'
const acts = () => [...document.querySelectorAll('[data-test^="act-"]')].map((one) => one.getAttribute('data-test'))

// Compiling the pages takes longer than any wait below.
beforeAll(async () => {
  await Promise.all([
    import('../pages/ModulesPage.vue'),
    import('../pages/ModulePage.vue'),
    import('../pages/ReleasePage.vue'),
    import('../pages/TeamsPage.vue'),
  ])
}, 60_000)
beforeEach(() => {
  found = release()
  shownModule = moduleOut()
  shownTeam = team()
  changes = {
    release: '1.1.0',
    live: '1.0.0',
    next: null,
    items: [
      { matter: 'sample', what: '办结时限 › 承诺时限 › 多长', place: 'a', change: 'changed', before: '3', after: '2' },
      { matter: 'sample', what: '表单', place: 'b', change: 'added', before: null, after: '备注' },
    ],
  }
  roles = ['publisher']
  sent = []
  onDeed = () => json(found)
  vi.stubGlobal('fetch', server)
  vi.stubGlobal('scrollTo', vi.fn())
  Element.prototype.scrollIntoView = vi.fn()
})
afterEach(async () => {
  await gate.signOut()
  app?.unmount()
  document.body.innerHTML = ''
  vi.unstubAllGlobals()
})

describe('words of a rollout', () => {
  it('say who sees a step and for how long', () => {
    const name = (code: string) => ({ '510100': '成都市' })[code] ?? code
    expect(stepText({ percent: 5, regions: ['510100'], hold_s: 7200 }, name)).toBe('成都市的 5%，看 2 小时')
    expect(stepText({ cohorts: ['testers'], hold_s: 86_400 }, name)).toBe('试用组 testers，看 1 天')
    expect(stepText({ percent: 0, hold_s: 90 }, name)).toBe('没有人，看 90 秒')
    expect(stepText({}, name)).toBe('全部地区的所有人，看 1 小时')
    expect(holdText(300)).toBe('看 5 分钟')
  })

  it('read codes between any marks, and show no share where there is none', () => {
    expect(listOf(' 510104、510105, 510106；510107 ')).toEqual(['510104', '510105', '510106', '510107'])
    expect(percentText(null)).toBe('—')
    expect(percentText(0.025)).toBe('2.5%')
  })
})

describe('a release', () => {
  it('is not reviewed by who brought it', async () => {
    found = release({ yours: true })
    await open(RELEASE, 'state')
    expect(part('yours')).not.toBeNull()
    expect(acts()).toEqual([])
  })

  it('is approved only after a secrecy review that passed', async () => {
    await open(RELEASE, 'state')
    expect(acts()).toEqual(['act-pass', 'act-fail', 'act-reject'])
    onDeed = () => {
      found = release({ secrecy_review: passed })
      return json(found)
    }
    await press('act-pass')
    await press('confirm')
    expect(sent).toMatchObject([{ path: '/publish/v1/releases/r1/secrecy-review', body: { passed: true } }])
    expect(sent[0]?.key).toMatch(/^[0-9a-f]{32}$/)
    await until(() => expect(acts()).toEqual(['act-approve', 'act-reject']))
  })

  it('whose secrecy review failed can only be sent back', async () => {
    await open(RELEASE, 'state')
    await press('act-fail')
    await press('confirm')
    expect(sent).toEqual([])
    onDeed = () => {
      found = release({ secrecy_review: { ...passed, passed: false, note: '有真实的姓名' } })
      return json(found)
    }
    await write('note', '有真实的姓名')
    await press('confirm')
    expect(sent).toMatchObject([{ body: { passed: false, note: '有真实的姓名' } }])
    await until(() => expect(acts()).toEqual(['act-reject']))
    expect(text('secrecy')).toContain('有真实的姓名')
  })

  it('is sent back with a reason for each file', async () => {
    await open(RELEASE, 'state')
    await press('act-reject')
    await write('text-0', '缺样表')
    await press('add-reason')
    await press('confirm')
    expect(sent).toEqual([])
    await write('file-1', 'matters/sample.toml')
    await write('text-1', '说不清给谁办')
    await press('confirm')
    expect(sent).toMatchObject([
      {
        path: '/publish/v1/releases/r1/reject',
        body: {
          reasons: [
            { file: '.', text: '缺样表' },
            { file: 'matters/sample.toml', text: '说不清给谁办' },
          ],
        },
      },
    ])
  })

  it('shows what it changes, and the rest when asked', async () => {
    changes.next = 2
    await open(RELEASE, 'state')
    expect(every('change').map((one) => one.textContent?.replace(/\s+/g, ' ').trim())).toEqual([
      '改 办结时限 › 承诺时限 › 多长：3 → 2',
      '新增 表单：备注',
    ])
    await press('more-changes')
    await until(() => expect(every('change')).toHaveLength(3))
    expect(part('more-changes')).toBeNull()
  })

  it('that another has reviewed meanwhile is shown as it is now', async () => {
    found = release({ secrecy_review: passed })
    await open(RELEASE, 'state')
    onDeed = () => {
      found = release({ state: 'rejected', secrecy_review: passed })
      return problem(409, 'modules.wrong_state', '现在不能这样做', { detail: '已退回的版本不能批准' })
    }
    await press('act-approve')
    await press('confirm')
    await until(() => expect(text('state')).toBe('已退回'))
    expect(text('problem')).toContain('已退回的版本不能批准')
    expect(acts()).toEqual([])
  })

  it('goes out in steps, and not by a share that is none', async () => {
    found = release({ state: 'approved', secrecy_review: passed })
    const router = await open(RELEASE, 'state')
    await press('act-rollout')
    expect(part('no-steps')).not.toBeNull()
    await press('add-step')
    await write('percent-0', '120')
    await press('confirm')
    expect(sent).toEqual([])
    await write('percent-0', '10')
    await write('regions-0', '510104、510105')
    await write('hours-0', '2')
    onDeed = () => json(shownModule.rollouts[0], 201)
    await press('confirm')
    expect(sent).toMatchObject([
      {
        path: '/publish/v1/rollouts',
        body: { release: 'r1', steps: [{ percent: 10, regions: ['510104', '510105'], cohorts: [], hold_s: 7200 }] },
      },
    ])
    await until(() => expect(router.currentRoute.value.path).toBe('/modules/try_module'))
  })

  it('is only read by an auditor', async () => {
    roles = ['auditor']
    await open(RELEASE, 'state')
    expect(acts()).toEqual([])
  })
})

describe('a module', () => {
  it('shows figures of each release, and none where nothing was counted', async () => {
    await open('/modules/try_module', 'health')
    const rows = [...(part('health')?.querySelectorAll('tbody tr') ?? [])].map((row) =>
      [...row.querySelectorAll('td')].map((cell) => cell.textContent?.trim()),
    )
    expect(rows).toEqual([
      ['1.0.0（线上）', '7', '40', '1（2.5%）', '120 毫秒', '9', '1（10.0%）'],
      ['1.1.0（灰度）', '0', '0', '0（—）', '—', '0', '0（—）'],
    ])
    expect(text('ratings')).toContain('还没有')
  })

  it('is rolled back once, with the reason', async () => {
    await open('/modules/try_module', 'health')
    await press('rollback-1.1.0')
    await press('confirm')
    expect(sent).toEqual([])
    await write('reason', '办不成')
    onDeed = () => {
      const [one] = shownModule.rollouts
      if (!one) throw new Error('no rollout')
      shownModule = moduleOut({ candidate: null, rollouts: [{ ...one, state: 'rolled_back', reason: '办不成' }] })
      return json(shownModule.rollouts[0])
    }
    await press('confirm')
    expect(sent).toMatchObject([{ path: '/publish/v1/rollouts/o1/rollback', body: { reason: '办不成' } }])
    await until(() => expect(text('notice')).toContain('已回退'))
    expect(part('rollback-1.1.0')).toBeNull()
    expect(part('candidate')).toBeNull()
  })

  it('is not switched off without a word to citizens', async () => {
    await open('/modules/try_module', 'health')
    await press('switch')
    await press('confirm')
    expect(sent).toEqual([])
    await write('switch-reason', '系统维护')
    await write('switch-until', '2026-12-01T08:00')
    onDeed = () => json(shownModule)
    await press('confirm')
    expect(sent).toMatchObject([
      {
        path: '/publish/v1/switches/try_module',
        method: 'PUT',
        body: { state: 'guide_only', reason: '系统维护', until: '2026-12-01T08:00:00+08:00' },
      },
    ])
  })

  it('offers a reviewer nothing that only a publisher may do', async () => {
    roles = ['reviewer']
    await open('/modules/try_module', 'health')
    expect(part('rollback-1.1.0')).toBeNull()
    expect(part('switch')).toBeNull()
  })
})

describe('the keys of a department', () => {
  it('are registered by a publisher, who cannot confirm them', async () => {
    await open('/modules/try_module', 'add-department-key')
    expect(part('confirm-aaaa000011112222')).toBeNull()
    await press('add-department-key')
    await write('department-key', '-----BEGIN PRIVATE KEY-----')
    await press('confirm')
    expect(sent).toEqual([])
    await write('department-key', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----')
    onDeed = () => json(departmentKeys)
    await press('confirm')
    await until(() => expect(text('department-notice')).toContain('管理员确认'))
    expect(sent[0]?.path).toBe('/publish/v1/modules/try_module/department-keys')
  })

  it('are confirmed by an admin, and only those that wait', async () => {
    roles = ['admin']
    await open('/modules/try_module', 'department-key-aaaa000011112222')
    expect(part('confirm-bbbb000011112222')).toBeNull()
    await press('confirm-aaaa000011112222')
    onDeed = () => json(departmentKeys)
    await press('confirm')
    await until(() => expect(text('department-notice')).toContain('几秒内生效'))
    expect(sent.map((one) => one.path)).toEqual(['/publish/v1/modules/try_module/department-keys/aaaa000011112222/confirm'])
  })

  it('are only looked at by a reviewer', async () => {
    roles = ['reviewer']
    await open('/modules/try_module', 'department-key-aaaa000011112222')
    for (const name of ['add-department-key', 'confirm-aaaa000011112222', 'revoke-bbbb000011112222']) expect(part(name)).toBeNull()
  })
})

describe('a team', () => {
  it('has its keys revoked by an admin, with the reason', async () => {
    roles = ['admin']
    await open('/teams', 'team-try_team')
    await press('team-try_team')
    await until(() => expect(part('revoke-k1')).not.toBeNull())
    await press('revoke-k1')
    await press('confirm')
    expect(sent).toEqual([])
    await write('reason', '电脑丢了')
    onDeed = () => {
      shownTeam = team({ keys: [{ id: 'k1', state: 'revoked', created_at: AT, ended_at: AT, reason: '电脑丢了' }] })
      return json(shownTeam)
    }
    await press('confirm')
    expect(sent).toMatchObject([{ path: '/publish/v1/teams/try_team/keys/k1/revoke', body: { reason: '电脑丢了' } }])
    await until(() => expect(part('revoke-k1')).toBeNull())
  })

  it('whose new key waits for a second admin is told so', async () => {
    roles = ['admin']
    await open('/teams', 'team-try_team')
    await press('team-try_team')
    await until(() => expect(part('add-key')).not.toBeNull())
    await press('add-key')
    await write('team-key', '-----BEGIN PRIVATE KEY-----')
    await press('confirm')
    expect(sent).toEqual([])
    await write('team-key', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----')
    onDeed = () => {
      shownTeam = team({ keys: [{ id: 'k2', state: 'proposed', created_at: AT, ended_at: null, reason: '' }] })
      return json(shownTeam, 201)
    }
    await press('confirm')
    await until(() => expect(text('notice')).toContain('另一位管理员'))
  })

  it('has a key that another admin proposed agreed to', async () => {
    roles = ['admin']
    shownTeam = team({ keys: [{ id: 'k2', state: 'proposed', created_at: AT, ended_at: null, reason: '' }] })
    await open('/teams', 'team-try_team')
    await press('team-try_team')
    await until(() => expect(part('agree-k2')).not.toBeNull())
    await press('agree-k2')
    onDeed = () => json(team({ keys: [{ id: 'k2', state: 'active', created_at: AT, ended_at: null, reason: '' }] }))
    await press('confirm')
    await until(() => expect(part('agree-k2')).toBeNull())
    expect(sent.map((one) => one.path)).toEqual(['/publish/v1/teams/try_team/keys/k2/agree'])
  })

  it('shows a publisher its keys, and leaves them alone', async () => {
    await open('/teams', 'team-try_team')
    await press('team-try_team')
    await until(() => expect(part('key-k1')).not.toBeNull())
    expect(part('add-key')).toBeNull()
    expect(part('revoke-k1')).toBeNull()
    expect(part('new-team')).toBeNull()
  })
})

describe('the first page', () => {
  it('of a publisher is the modules', async () => {
    const router = await open('/', 'nothing-waits')
    expect(router.currentRoute.value.path).toBe('/modules')
  })
})
