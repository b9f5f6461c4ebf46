import { api } from '@/api/client'
import { useElder, type Mode } from '@/stores/elder'
import { useSession } from '@/stores/session'

/** Changes the version on this phone at once, and in the account where there is one. */
export function setElder(mode: Mode): void {
  useElder().choose(mode)
  const session = useSession()
  if (!session.signedIn) return
  // The phone's own choice stands even when the account does not hear of it.
  api.PATCH('/api/v1/me', { body: { elder: mode === 'elder' } }).catch(() => undefined)
}
