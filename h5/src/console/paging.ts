/** A list that is read page by page: a reload reads as many pages again as were asked for. */
import { ref } from 'vue'

import { useLoad } from '@/composables/load'

export interface Page<T> {
  items: T[]
  next?: string | null
}

/** The first `count` pages of a list, or fewer when it ends. */
export async function readPages<T>(
  read: (cursor: string | null, signal: AbortSignal) => Promise<Page<T>>,
  count: number,
  signal: AbortSignal,
): Promise<{ items: T[]; next: string | null }> {
  const items: T[] = []
  let next: string | null = null
  for (let page = 0; page === 0 || (page < count && next !== null); page += 1) {
    const answer = await read(next, signal)
    items.push(...answer.items)
    next = answer.next ?? null
  }
  return { items, next }
}

export function usePages<T>(read: (cursor: string | null, signal: AbortSignal) => Promise<Page<T>>) {
  const pages = ref(1)
  const load = useLoad((signal) => readPages(read, pages.value, signal))

  async function more(): Promise<void> {
    pages.value += 1
    await load.reload()
  }
  /** Forget what was read: another list is asked for. */
  async function restart(): Promise<void> {
    load.data.value = null
    pages.value = 1
    await load.reload()
  }
  return { ...load, more, restart }
}
