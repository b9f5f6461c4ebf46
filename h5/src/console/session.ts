/** Who works here. A session that ends in the middle of something keeps the page: signing in again goes on there. */
import { computed, reactive, readonly } from 'vue'

import { asProblem, type ApiError } from '@/api/problem'

import * as api from './api'
import type { StaffSession } from './types'

/** `unknown` until the server was asked; `out` nobody; `in` somebody; `lost` somebody whose session has ended. */
export type Phase = 'unknown' | 'out' | 'in' | 'lost'

interface Held {
  phase: Phase
  staff: StaffSession['staff'] | null
  expiresAt: string | null
  /** Why the server could not be asked. */
  trouble: ApiError | null
}

const held = reactive<Held>({ phase: 'unknown', staff: null, expiresAt: null, trouble: null })

/** The longest delay that a browser's timer takes. */
const LONGEST_TIMER = 2 ** 31 - 1
let ending: ReturnType<typeof setTimeout> | undefined

function lose(): void {
  if (held.phase === 'in') held.phase = 'lost'
  else if (held.phase === 'unknown') held.phase = 'out'
  clearTimeout(ending)
}

api.onSessionEnd(lose)

function hold(session: StaffSession): void {
  held.phase = 'in'
  held.staff = session.staff
  held.expiresAt = session.expires_at
  held.trouble = null
  clearTimeout(ending)
  const left = Date.parse(session.expires_at) - Date.now()
  if (left > 0) ending = setTimeout(lose, Math.min(left, LONGEST_TIMER))
}

function forget(): void {
  clearTimeout(ending)
  held.phase = 'out'
  held.staff = null
  held.expiresAt = null
}

/** Asks once whether the cookie of an earlier visit is still good. */
async function restore(): Promise<void> {
  if (held.phase !== 'unknown') return
  held.trouble = null
  // Both cookies are set together; without the readable one nothing could be done with the other.
  if (api.csrf() === null) {
    forget()
    return
  }
  try {
    hold(await api.currentSession())
  } catch (error) {
    const problem = asProblem(error)
    // 401: nobody. 403: the cookie belongs to somebody who is no member of staff.
    if (problem.status === 401 || problem.status === 403) forget()
    else held.trouble = problem
  }
}

async function signIn(username: string, password: string, code: string, recovery = false): Promise<void> {
  hold(await api.signIn(username.trim(), password, code.trim(), recovery))
}

async function signOut(): Promise<void> {
  try {
    await api.signOut()
  } catch (error) {
    // Already over on the server: the same as signed out. Anything else must be told, the cookie still lives.
    if (asProblem(error).status !== 401) throw error
  }
  forget()
}

export const session = readonly(held)
export const signedIn = computed(() => held.phase === 'in')
export const hasRole = (...roles: string[]) => held.staff?.roles.some((role) => roles.includes(role)) ?? false
export const gate = { restore, signIn, signOut }

/** A place to return to after the sign-in: a path of this console, nothing else. */
export function safeReturn(value: unknown): string {
  const path = Array.isArray(value) ? (value[0] as unknown) : value
  if (typeof path !== 'string' || !/^\/(?![/\\])/.test(path) || path.startsWith('/sign-in')) return '/'
  return path
}
