import type { Schemas } from '@/api/client'
import type { ApiError } from '@/api/problem'

export type Way = Schemas['Way']

/** Ways with words for people, as an error offers them in its context. */
export function waysOf(error: ApiError | null): Way[] {
  const list = error?.context['ways']
  if (!Array.isArray(list)) return []
  return list.flatMap((item: unknown) => {
    const way = item as Partial<Way>
    return typeof way.label === 'string' && typeof way.method === 'string'
      ? [{ level: way.level ?? '', method: way.method, label: way.label, channel: way.channel ?? null }]
      : []
  })
}
