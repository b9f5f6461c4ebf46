import { shallowRef } from 'vue'

import { asProblem, type ApiError } from '@/api/problem'

/** Runs one action at a time: a second press while the first is under way does nothing. */
export function useAct() {
  const busy = shallowRef(false)
  const error = shallowRef<ApiError | null>(null)

  async function act<T>(run: () => Promise<T>): Promise<T | undefined> {
    if (busy.value) return undefined
    busy.value = true
    error.value = null
    try {
      return await run()
    } catch (fault) {
      const problem = asProblem(fault)
      if (!problem.cancelled) error.value = problem
      return undefined
    } finally {
      busy.value = false
    }
  }

  return { busy, error, act }
}
