import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'

import { gate } from '../session'
import { EVERY, queueOf, useQueue } from '../queue'
import type { QueueName } from '../types'
import { card, clock, json, problem, staffSession } from './samples'

const asked: URL[] = []
let answer: (url: URL) => Response
let scope: ReturnType<typeof effectScope>

const settle = () => vi.advanceTimersByTimeAsync(0)
const page = (cards: ReturnType<typeof card>[], next: string | null = null) =>
  json({ items: cards, next, counts: { open: 7, mine: 1, overdue: 0, done: 2 } })

beforeEach(async () => {
  vi.useFakeTimers()
  asked.length = 0
  scope = effectScope()
  vi.stubGlobal('fetch', async (path: string) => {
    const url = new URL(path, 'http://console')
    if (url.pathname === '/staff/v1/sessions') return json(staffSession())
    asked.push(url)
    return answer(url)
  })
  await gate.signIn('a', 'b', '000000')
})
afterEach(() => {
  scope.stop()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

const open = (name: QueueName = 'open') => {
  const which = ref<QueueName>(name)
  const queue = scope.run(() => useQueue(() => which.value))!
  return { which, queue }
}

describe('the queue', () => {
  it('shows the least time left first, with the counts', async () => {
    const late = clock({ due_at: '2026-11-20T23:59:59+08:00', days_left: -2, light: 'red' })
    answer = () => page([card('A'), card('B', { clock: late })])
    const { queue } = open()
    expect(queue.loading.value).toBe(true)
    await settle()
    expect(queue.items.value.map((one) => one.number)).toEqual(['B', 'A'])
    expect(queue.counts.value['open']).toBe(7)
  })

  it('refreshes quietly every 15 seconds and keeps what is shown when that fails', async () => {
    answer = () => page([card('A')])
    const { queue } = open()
    await settle()
    answer = () => problem(503, 'core.unavailable', '系统正在恢复')
    await vi.advanceTimersByTimeAsync(EVERY)
    expect(queue.items.value.map((one) => one.number)).toEqual(['A'])
    expect(queue.error.value?.code).toBe('core.unavailable')
    expect(queue.loading.value).toBe(false)
    answer = () => page([card('A'), card('NEW')])
    await vi.advanceTimersByTimeAsync(EVERY)
    expect(queue.items.value).toHaveLength(2)
    expect(queue.error.value).toBeNull()
    expect(asked).toHaveLength(3)
  })

  it('asks nothing in a hidden page', async () => {
    answer = () => page([])
    open()
    await settle()
    vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
    await vi.advanceTimersByTimeAsync(EVERY * 3)
    expect(asked).toHaveLength(1)
    vi.restoreAllMocks()
    document.dispatchEvent(new Event('visibilitychange'))
    await settle()
    expect(asked).toHaveLength(2)
  })

  it('reads on from the cursor, refreshes all that it shows, and shows a case once', async () => {
    const many = (from: number, count: number) => Array.from({ length: count }, (_, at) => card(`N${from + at}`))
    answer = (url) => (url.searchParams.get('cursor') ? page(many(49, 30)) : page(many(0, 50), 'after-50'))
    const { queue } = open()
    await settle()
    expect(queue.next.value).toBe('after-50')
    void queue.loadMore()
    await settle()
    expect(queue.items.value).toHaveLength(79)
    expect(queue.next.value).toBeNull()
    asked.length = 0
    await vi.advanceTimersByTimeAsync(EVERY)
    expect(queue.items.value).toHaveLength(79)
    expect(asked.map((url) => url.searchParams.get('cursor'))).toEqual([null, 'after-50'])
  })

  it('forgets the other queue at once when another is chosen', async () => {
    answer = () => page([card('A')])
    const { which, queue } = open()
    await settle()
    which.value = 'mine'
    await nextTick()
    expect(queue.items.value).toEqual([])
    expect(queue.loading.value).toBe(true)
    await settle()
    expect(asked.at(-1)?.searchParams.get('queue')).toBe('mine')
  })

  it('stops asking when it is left', async () => {
    answer = () => page([])
    open()
    await settle()
    scope.stop()
    await vi.advanceTimersByTimeAsync(EVERY * 2)
    expect(asked).toHaveLength(1)
  })

  it('knows its names', () => {
    expect(queueOf('overdue')).toBe('overdue')
    expect(queueOf('nonsense')).toBe('open')
  })
})
