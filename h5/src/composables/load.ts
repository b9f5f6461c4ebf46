import { onScopeDispose, shallowRef, type ShallowRef } from 'vue'

import { asProblem, type ApiError } from '@/api/problem'

export interface Load<T> {
  readonly data: ShallowRef<T | null>
  readonly error: ShallowRef<ApiError | null>
  readonly loading: ShallowRef<boolean>
  /** Asks again; what is shown stays until the answer is there. */
  reload: () => Promise<void>
}

/** Reads something for a page: loading, data or error; a newer call cancels the older, leaving cancels both. */
export function useLoad<T>(read: (signal: AbortSignal) => Promise<T>, { now = true } = {}): Load<T> {
  const data = shallowRef<T | null>(null)
  const error = shallowRef<ApiError | null>(null)
  const loading = shallowRef(now)
  let running: AbortController | null = null

  async function reload(): Promise<void> {
    running?.abort()
    const mine = new AbortController()
    running = mine
    loading.value = true
    error.value = null
    try {
      const answer = await read(mine.signal)
      if (running === mine) data.value = answer
    } catch (fault) {
      const problem = asProblem(fault)
      if (running === mine && !problem.cancelled) error.value = problem
    } finally {
      if (running === mine) loading.value = false
    }
  }

  onScopeDispose(() => {
    running?.abort()
    running = null
  })
  if (now) void reload()
  return { data, error, loading, reload }
}
