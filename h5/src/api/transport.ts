/**
 * The one way to the server: cookies, CSRF header, deadline, retries on a weak network, one refresh of an expired
 * session for all requests that wait for it. Resolves for 2xx and 304 only; everything else throws ApiError.
 */
import { newKey } from '@/composables/key'

import { ApiError, cancelled, offline, problemOf, timeout } from './problem'

const SAFE = new Set(['GET', 'HEAD'])
const REFRESH = '/api/v1/session/refresh'
const PATIENCE = { read: 15_000, write: 30_000, upload: 90_000 }
const PAUSES = [400, 1500]

export const wait = (ms: number) => new Promise<void>((done) => setTimeout(done, ms))

/** The double-submit value that the server set beside the session; null when nobody has signed in here. */
export function csrf(): string | null {
  const found = /(?:^|;\s*)tf_csrf=([^;]*)/.exec(document.cookie)
  return found?.[1] ? decodeURIComponent(found[1]) : null
}

const lost = new Set<() => void>()

/** Called once each time a session turns out to be over. */
export function onSessionLost(listener: () => void): void {
  lost.add(listener)
}

async function attempt(request: Request): Promise<Response> {
  const deadline = new AbortController()
  let late = false
  const patience = SAFE.has(request.method)
    ? PATIENCE.read
    : request.method === 'PATCH'
      ? PATIENCE.upload
      : PATIENCE.write
  const timer = setTimeout(() => {
    late = true
    deadline.abort()
  }, patience)
  const leave = () => deadline.abort()
  request.signal.addEventListener('abort', leave)
  try {
    const headers = new Headers(request.headers)
    const token = csrf()
    if (!SAFE.has(request.method) && token) headers.set('X-TF-CSRF', token)
    return await fetch(new Request(request.clone(), { headers, signal: deadline.signal, credentials: 'same-origin' }))
  } catch {
    if (request.signal.aborted) throw cancelled()
    throw late ? timeout() : offline()
  } finally {
    clearTimeout(timer)
    request.signal.removeEventListener('abort', leave)
  }
}

/** An answer that nobody reads would hold its connection. */
const drop = (response: Response) => void response.body?.cancel().catch(() => undefined)

/** A read, or a write with an Idempotency-Key, may be sent again: the server answers it once. */
function repeatable(request: Request): boolean {
  return SAFE.has(request.method) || request.headers.has('Idempotency-Key')
}

async function persistent(request: Request): Promise<Response> {
  for (let round = 0; ; round += 1) {
    const pause = PAUSES[round]
    try {
      const response = await attempt(request)
      const again = [502, 503, 504].includes(response.status) && SAFE.has(request.method)
      if (!again || pause === undefined || response.headers.has('retry-after')) return response
      drop(response)
    } catch (error) {
      const weak = error instanceof ApiError && error.offline && navigator.onLine
      if (!weak || pause === undefined || !repeatable(request)) throw error
    }
    await wait(pause)
    if (request.signal.aborted) throw cancelled()
  }
}

let refreshing: Promise<boolean> | null = null

const RENEWAL = 'tf.renewal'

/**
 * The key of the renewal that is under way, also after a reload: a refresh token is good once, and using it again
 * without the same key looks like theft and ends the session.
 */
function renewalKey(): string {
  try {
    const kept = localStorage.getItem(RENEWAL)
    if (kept) return kept
    const key = newKey()
    localStorage.setItem(RENEWAL, key)
    return key
  } catch {
    return newKey() // storage refused by the browser
  }
}

async function renew(seen: string | null): Promise<boolean> {
  // Another tab may have renewed while this one waited: its new cookies are ours too.
  if (csrf() !== seen) return true
  const request = new Request(new URL(REFRESH, location.origin), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': renewalKey() },
    body: '{}',
  })
  const response = await persistent(request)
  // The server being away says nothing about the sign-in: the same key asks again later.
  if (!response.ok && response.status !== 401) throw await problemOf(response)
  try {
    localStorage.removeItem(RENEWAL)
  } catch {
    // nothing was kept
  }
  drop(response)
  return response.ok
}

/** Renews the session once for everybody who asks meanwhile, in every tab. False when the sign-in is over. */
export function refresh(): Promise<boolean> {
  refreshing ??= (async () => {
    const seen = csrf()
    try {
      if ('locks' in navigator) return await navigator.locks.request('tf-refresh', () => renew(seen))
      return await renew(seen)
    } finally {
      refreshing = null
    }
  })()
  return refreshing
}

export async function transport(request: Request): Promise<Response> {
  const response = await persistent(request)
  if (response.ok || response.status === 304) return response
  const problem = await problemOf(response)
  if (!problem.signedOut || request.url.endsWith(REFRESH)) throw problem
  const knew = csrf() !== null
  const expired = problem.code === 'identity.session_expired' || (problem.code === 'identity.not_signed_in' && knew)
  if (!expired) throw problem
  if (!(await refresh())) {
    for (const listener of lost) listener()
    throw problem
  }
  const second = await persistent(request)
  if (second.ok || second.status === 304) return second
  const still = await problemOf(second)
  if (still.signedOut) for (const listener of lost) listener()
  throw still
}
