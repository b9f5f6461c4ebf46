import { defineStore } from 'pinia'
import { computed, ref } from 'vue'

import { api, onSessionLost, refresh, type Schemas } from '@/api/call'
import { ApiError } from '@/api/problem'
import { forgetTokens, keepTokens, tokens } from '@/api/tokens'
import { newKey } from '@/lib/key'
import { platform } from '@/platform'

/** Who is signed in, as the server says. A guest costs no request. */
export const useSession = defineStore('session', () => {
  const session = ref<Schemas['SessionOut'] | null>(null)
  const known = ref(false)
  let reading: Promise<void> | null = null

  const level = computed(() => session.value?.level ?? 0)
  const signedIn = computed(() => level.value > 0)

  async function read(): Promise<void> {
    if (tokens()) {
      let answer = await api.get('/api/v1/session')
      // Reading is open to everybody: an expired token reads as nobody, until it is renewed.
      if (answer.level === 0 && (await refresh())) {
        answer = await api.get('/api/v1/session')
      }
      session.value = answer.level > 0 ? answer : null
    } else session.value = null
    known.value = true
  }

  function reload(): Promise<void> {
    reading ??= read().finally(() => (reading = null))
    return reading
  }

  /** What a proof has raised stands in the token: another one, then who is here now. */
  async function renewed(): Promise<void> {
    await refresh()
    await reload()
  }

  /** Resolves when it is known who is here. Throws ApiError when the server cannot be asked. */
  const ready = () => (known.value ? Promise.resolve() : reload())

  async function entered(made: Schemas['SessionCreated']): Promise<void> {
    keepTokens({ token: made.token, refresh_token: made.refresh_token })
    await reload()
  }

  /** Signs in by the platform's account, without a question to the person. */
  async function silent(): Promise<void> {
    let code: string
    try {
      code = await platform.loginCode()
    } catch {
      throw new ApiError('phone.login', -1, '现在不能一键登录', '请稍后再试，或用手机号登录。')
    }
    await entered(
      platform.name === 'wechat'
        ? await api.post('/api/v1/sessions/wechat', { body: { code }, key: newKey() })
        : await api.post('/api/v1/sessions/alipay', { body: { auth_code: code }, key: newKey() }),
    )
  }

  /** True when a face check for this purpose passed and was not used. */
  const assured = (purpose: string) =>
    (session.value?.assurances ?? []).some((proof) => proof.purpose === purpose && Date.parse(proof.expires_at) > Date.now())

  function forget(): void {
    session.value = null
    known.value = true
  }

  async function signOut(): Promise<void> {
    try {
      await api.delete('/api/v1/session')
    } catch (error) {
      if (!(error instanceof ApiError) || !error.signedOut) throw error
    }
    forgetTokens()
    forget()
    for (const name of uni.getStorageInfoSync().keys) if (name.startsWith('tf.draft.')) uni.removeStorageSync(name)
  }

  onSessionLost(forget)
  return { session, known, level, signedIn, ready, reload, renewed, entered, silent, assured, signOut }
})
