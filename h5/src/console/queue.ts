/** A queue that stays fresh by itself: what is on the screen is asked for again every 15 seconds, quietly. */
import { onScopeDispose, ref, shallowRef, watch } from 'vue'

import { asProblem, type ApiError } from '@/api/problem'

import { queuePage } from './api'
import { byUrgency } from './clock'
import { signedIn } from './session'
import type { QueueCard, QueueName } from './types'

export const EVERY = 15_000
const PAGE = 50
const LARGEST = 100

export const QUEUES: { name: QueueName; title: string; empty: string }[] = [
  { name: 'open', title: '待办', empty: '没有等着办理的办件。新的申请到了会自动出现在这里。' },
  { name: 'mine', title: '我领取的', empty: '您手上没有正在办理的办件，可以到“待办”里领取。' },
  { name: 'overdue', title: '已超期', empty: '没有超过时限的办件。' },
  { name: 'done', title: '已办结', empty: '还没有办结的办件。' },
]

export const queueOf = (value: unknown): QueueName => QUEUES.find(({ name }) => name === value)?.name ?? 'open'

/** Least time left first. What is done has no clock and keeps the server's order. */
export const ordered = (name: QueueName, items: QueueCard[]) => (name === 'done' ? items : [...items].sort(byUrgency))

export function useQueue(name: () => QueueName) {
  const items = shallowRef<QueueCard[]>([])
  const counts = shallowRef<Record<string, number>>({})
  const next = ref<string | null>(null)
  const error = shallowRef<ApiError | null>(null)
  const loading = ref(true)
  const more = ref(false)
  /** When what is shown was read. */
  const freshAt = ref<number | null>(null)
  let running: AbortController | null = null

  async function readUpTo(count: number, signal: AbortSignal): Promise<void> {
    const found: QueueCard[] = []
    let cursor: string | null = null
    let tally: Record<string, number> = {}
    do {
      const limit = Math.min(LARGEST, Math.max(PAGE, count - found.length))
      const page = await queuePage(name(), cursor, limit, signal)
      found.push(...page.items)
      if (cursor === null) tally = page.counts
      cursor = page.next
    } while (cursor !== null && found.length < count)
    // A case can move between two pages while they are read.
    const unique = new Map(found.map((card) => [card.number, card]))
    items.value = ordered(name(), [...unique.values()])
    counts.value = tally
    next.value = cursor
    freshAt.value = Date.now()
  }

  async function reload(count = items.value.length): Promise<void> {
    running?.abort()
    const mine = new AbortController()
    running = mine
    try {
      await readUpTo(count, mine.signal)
      if (running === mine) error.value = null
    } catch (fault) {
      const problem = asProblem(fault)
      if (running === mine && !problem.cancelled) error.value = problem
    } finally {
      if (running === mine) {
        running = null
        loading.value = false
      }
    }
  }

  async function loadMore(): Promise<void> {
    more.value = true
    await reload(items.value.length + PAGE)
    more.value = false
  }

  const quiet = () => {
    if (!document.hidden && navigator.onLine && signedIn.value && running === null) void reload()
  }
  const timer = setInterval(quiet, EVERY)
  const back = () => {
    if (freshAt.value === null || Date.now() - freshAt.value >= EVERY) quiet()
  }
  document.addEventListener('visibilitychange', back)
  addEventListener('online', quiet)
  onScopeDispose(() => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', back)
    removeEventListener('online', quiet)
    running?.abort()
    running = null
  })

  watch(
    name,
    () => {
      items.value = []
      next.value = null
      error.value = null
      freshAt.value = null
      loading.value = true
      void reload(0)
    },
    { immediate: true },
  )
  // Signed in again after the session had ended: show the present at once.
  watch(signedIn, (yes) => {
    if (yes) void reload()
  })

  return { items, counts, next, error, loading, more, freshAt, reload: () => reload(), loadMore }
}
