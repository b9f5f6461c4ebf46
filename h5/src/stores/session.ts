import { defineStore } from 'pinia'
import { computed, ref } from 'vue'

import { api, got, type Schemas } from '@/api/client'
import { ApiError } from '@/api/problem'
import { csrf, onSessionLost, refresh } from '@/api/transport'

/** Who is signed in, as the server says. Guests cost no request: without our cookie nobody is asked. */
export const useSession = defineStore('session', () => {
  const session = ref<Schemas['SessionOut'] | null>(null)
  let reading: Promise<void> | null = null
  let known = false

  const level = computed(() => session.value?.level ?? 0)
  const signedIn = computed(() => level.value > 0)

  async function read(): Promise<void> {
    if (csrf() === null) {
      session.value = null
      known = true
      return
    }
    let answer = await got(api.GET('/api/v1/session'))
    // Reading is open to everybody: an expired token reads as nobody, until it is renewed.
    if (answer.level === 0 && (await refresh())) answer = await got(api.GET('/api/v1/session'))
    session.value = answer.level > 0 ? answer : null
    known = true
  }

  /** Resolves when it is known who is here. Throws ApiError when the server cannot be asked. */
  function ready(): Promise<void> {
    if (known) return Promise.resolve()
    return reload()
  }

  function reload(): Promise<void> {
    reading ??= read().finally(() => (reading = null))
    return reading
  }

  /** True when a face check for this purpose passed and was not used. */
  function assured(purpose: string): boolean {
    const now = Date.now()
    return (session.value?.assurances ?? []).some(
      (proof) => proof.purpose === purpose && Date.parse(proof.expires_at) > now,
    )
  }

  function forget(): void {
    session.value = null
    known = true
  }

  async function signOut(): Promise<void> {
    try {
      await api.DELETE('/api/v1/session')
    } catch (error) {
      if (!(error instanceof ApiError) || !error.signedOut) throw error
    }
    forget()
    const { forgetDrafts } = await import('@/drafts/local')
    await forgetDrafts()
  }

  onSessionLost(forget)
  return { session, level, signedIn, ready, reload, assured, forget, signOut }
})
