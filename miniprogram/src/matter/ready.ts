import { ref, shallowRef } from 'vue'

import { api, type Schemas } from '@/api/call'
import { asProblem, type ApiError } from '@/api/problem'
import { usePlace } from '@/stores/place'
import { useSession } from '@/stores/session'

export type Need = '' | 'login' | 'verified'

/**
 * What a form needs before it can be shown: the matter, who is here, what the state knows of them. `least` is the level
 * below which the page is of no use, whatever the matter asks. Read again it goes on where it stopped.
 */
export function useMatter(least: 0 | 1) {
  const place = usePlace()
  const session = useSession()
  const id = ref('')
  const guide = shallowRef<Schemas['Guide'] | null>(null)
  const prefill = shallowRef<Schemas['Prefill'] | null>(null)
  const error = shallowRef<ApiError | null>(null)
  const need = ref<Need>('')
  let busy = false

  async function read(): Promise<void> {
    if (busy || (guide.value && prefill.value)) return
    busy = true
    error.value = null
    try {
      await session.ready()
      const matter = id.value
      guide.value ??= await api.get('/api/v1/matters/{matter}', { path: { matter }, query: { region: place.code } })
      const level = Math.max(least, guide.value.level_number)
      need.value = level >= 1 && !session.signedIn ? 'login' : level >= 2 && session.level < 2 ? 'verified' : ''
      if (need.value !== '') return
      prefill.value = session.signedIn
        ? await api.get('/api/v1/matters/{matter}/prefill', { path: { matter } })
        : { items: [], ready: {} }
    } catch (thrown) {
      error.value = asProblem(thrown)
    } finally {
      busy = false
    }
  }
  return { id, guide, prefill, error, need, read }
}
