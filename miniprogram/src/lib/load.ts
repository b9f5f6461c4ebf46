import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'

import { asProblem, type ApiError } from '@/api/problem'

export interface Load<T> {
  data: ShallowRef<T | null>
  error: ShallowRef<ApiError | null>
  busy: Ref<boolean>
  reload: () => Promise<void>
}

/** What a page shows: read on demand, an older answer never overwrites a newer one. */
export function useLoad<T>(read: () => Promise<T>): Load<T> {
  const data = shallowRef<T | null>(null)
  const error = shallowRef<ApiError | null>(null)
  const busy = ref(false)
  let round = 0

  async function reload(): Promise<void> {
    const mine = (round += 1)
    busy.value = true
    error.value = null
    try {
      const answer = await read()
      if (mine === round) data.value = answer
    } catch (thrown) {
      if (mine === round) error.value = asProblem(thrown)
    } finally {
      if (mine === round) busy.value = false
      uni.stopPullDownRefresh()
    }
  }
  return { data, error, busy, reload }
}

/** One thing that a person set going: never twice at once, its failure in words. */
export function useAct() {
  const busy = ref(false)
  const error = shallowRef<ApiError | null>(null)
  async function act<T>(run: () => Promise<T>): Promise<T | undefined> {
    if (busy.value) return undefined
    busy.value = true
    error.value = null
    try {
      return await run()
    } catch (thrown) {
      error.value = asProblem(thrown)
      return undefined
    } finally {
      busy.value = false
    }
  }
  return { busy, error, act }
}
