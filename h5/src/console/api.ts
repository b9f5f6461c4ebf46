/**
 * Calls of `/staff/v1` with the staff cookie. The citizens' client is no use here: it renews a citizen's session on
 * a 401, while a staff session simply ends and is opened anew with a one-time code.
 */
import { newKey } from '@/composables/key'
import { ApiError, cancelled, offline, problemOf, timeout } from '@/api/problem'

import type {
  FollowUp,
  FollowUpPage,
  MissingItem,
  QueueName,
  QueuePage,
  Region,
  StaffCase,
  StaffSession,
} from './types'

const PATIENCE = { read: 15_000, write: 30_000, file: 90_000 }

/** The double-submit value that the server set beside the staff cookie. */
export function csrf(): string | null {
  const found = /(?:^|;\s*)tf_staff_csrf=([^;]*)/.exec(document.cookie)
  return found?.[1] ? decodeURIComponent(found[1]) : null
}

const endings = new Set<(problem: ApiError) => void>()

/** Called whenever an answer says that nobody is signed in any more. */
export function onSessionEnd(listener: (problem: ApiError) => void): void {
  endings.add(listener)
}

interface Sending {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  body?: unknown
  key?: string
  signal?: AbortSignal | undefined
  patience?: number
  /** A 401 here is the answer itself (wrong password, nobody signed in yet), not the end of a session. */
  quiet?: boolean
}

async function attempt(path: string, { method = 'GET', body, key, signal, patience }: Sending): Promise<Response> {
  const deadline = new AbortController()
  let late = false
  const timer = setTimeout(
    () => {
      late = true
      deadline.abort()
    },
    patience ?? (method === 'GET' ? PATIENCE.read : PATIENCE.write),
  )
  const leave = () => deadline.abort()
  signal?.addEventListener('abort', leave)
  const headers = new Headers({ Accept: 'application/json' })
  const token = csrf()
  if (method !== 'GET' && token) headers.set('X-TF-CSRF', token)
  if (body !== undefined) headers.set('Content-Type', 'application/json')
  if (key) headers.set('Idempotency-Key', key)
  try {
    const init: RequestInit = { method, headers, signal: deadline.signal, credentials: 'same-origin' }
    if (body !== undefined) init.body = JSON.stringify(body)
    return await fetch(path, init)
  } catch {
    if (signal?.aborted) throw cancelled()
    throw late ? timeout() : offline()
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', leave)
  }
}

/** Resolves for 2xx only. An act is never sent a second time by itself: its page looks what became of it. */
export async function send(path: string, sending: Sending = {}): Promise<Response> {
  const response = await attempt(path, sending)
  if (response.ok) return response
  const problem = await problemOf(response)
  // Without the cookie of the CSRF proof nothing can be done any more; a new sign-in sets it again.
  const over = problem.status === 401 || problem.code === 'identity.csrf'
  if (over && !sending.quiet) for (const listener of endings) listener(problem)
  throw problem
}

export async function read<T>(path: string, sending: Sending = {}): Promise<T> {
  const response = await send(path, sending)
  try {
    return (await response.json()) as T
  } catch {
    if (sending.signal?.aborted) throw cancelled()
    throw offline()
  }
}

const id = encodeURIComponent

/** `code` is a one-time code, or a recovery code when the authenticator is gone. */
export const signIn = (username: string, password: string, code: string, recovery = false) =>
  read<StaffSession>('/staff/v1/sessions', {
    method: 'POST',
    body: { username, password, ...(recovery ? { recovery_code: code } : { otp: code }) },
    quiet: true,
  })

export const currentSession = () => read<StaffSession>('/staff/v1/session', { quiet: true })

export const signOut = () => send('/staff/v1/session', { method: 'DELETE', quiet: true })

export function queuePage(queue: QueueName, cursor: string | null, limit: number, signal?: AbortSignal) {
  const query = new URLSearchParams({ queue, limit: String(limit) })
  if (cursor) query.set('cursor', cursor)
  return read<QueuePage>(`/staff/v1/cases?${query}`, { signal })
}

export const openCase = (number: string, signal?: AbortSignal) =>
  read<StaffCase>(`/staff/v1/cases/${id(number)}`, { signal })

export type Deed =
  | { act: 'take' }
  | { act: 'accept'; body: { note: string | null } }
  | { act: 'correct'; body: { missing: MissingItem[]; note: string | null } }
  | { act: 'decide'; body: { outcome: 'approved' | 'refused'; reason: string } }
  | { act: 'not_accept'; body: { reason: string; right_office: string | null } }
  | { act: 'transfer'; body: { region: string; reason: string } }

export const doDeed = (number: string, deed: Deed, key: string) =>
  read<StaffCase>(`/staff/v1/cases/${id(number)}/${deed.act.replace('_', '-')}`, {
    method: 'POST',
    key,
    body: 'body' in deed ? deed.body : undefined,
  })

export interface Opened {
  blob: Blob
  /** What the server found the bytes to be, not what the citizen called them. */
  media: string
}

/** A file of a case. Each call is one look that the citizen can read about, so it is made once an opening. */
export async function openUpload(upload: string, signal?: AbortSignal): Promise<Opened> {
  const response = await send(`/staff/v1/uploads/${id(upload)}/content`, { signal, patience: PATIENCE.file })
  const media = (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  try {
    return { blob: new Blob([await response.arrayBuffer()], { type: media }), media }
  } catch {
    if (signal?.aborted) throw cancelled()
    throw offline()
  }
}

export function followUps(state: 'due' | 'done', cursor: string | null, signal?: AbortSignal) {
  const query = new URLSearchParams({ state })
  if (cursor) query.set('cursor', cursor)
  return read<FollowUpPage>(`/staff/v1/follow-ups?${query}`, { signal })
}

export const replyFollowUp = (followUp: string, body: { state: 'contacted' | 'mended'; reply: string }, key: string) =>
  read<FollowUp>(`/staff/v1/follow-ups/${id(followUp)}/reply`, { method: 'POST', body, key })

export const regionTree = () => read<{ items: Region[] }>('/api/v1/regions', { quiet: true })

/** One key for one content: a second press sends the same key, a changed content a new one. */
export function keyring(): (content: unknown) => string {
  let last = ''
  let key = ''
  return (content) => {
    const text = JSON.stringify(content)
    if (key === '' || text !== last) {
      last = text
      key = newKey()
    }
    return key
  }
}
