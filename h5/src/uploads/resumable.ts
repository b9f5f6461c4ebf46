/**
 * Sends a file in chunks and goes on where it stopped. The server says in each answer how much it has (`offset`);
 * only that counts, never what was sent from here.
 */
import { api, got, keyed, type Schemas } from '@/api/client'
import { ApiError, problemOf } from '@/api/problem'
import { transport, wait } from '@/api/transport'
import { newKey } from '@/composables/key'

export type UploadState = Schemas['UploadOut']

export interface UploadServer {
  announce: (file: { name: string; size: number; content_type: string }, key: string) => Promise<UploadState>
  /** Sends bytes `from` to `to` (exclusive) of `total`. */
  send: (id: string, bytes: Blob, from: number, to: number, total: number, signal: AbortSignal) => Promise<UploadState>
  look: (id: string, signal: AbortSignal) => Promise<UploadState>
}

export const uploadServer: UploadServer = {
  announce: (body, key) => got(api.POST('/api/v1/uploads', { body, headers: keyed(key) })),
  send: async (id, bytes, from, to, total, signal) => {
    const request = new Request(new URL(`/api/v1/uploads/${encodeURIComponent(id)}`, location.origin), {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/octet-stream', 'Content-Range': `bytes ${from}-${to - 1}/${total}` },
      body: await bytes.arrayBuffer(),
      signal,
    })
    const response = await transport(request)
    if (!response.ok) throw await problemOf(response)
    return (await response.json()) as UploadState
  },
  look: (id, signal) => got(api.GET('/api/v1/uploads/{upload}', { params: { path: { upload: id } }, signal })),
}

export interface Progress {
  sent: number
  total: number
  /** True while the network is gone; it goes on by itself. */
  waiting: boolean
}

const PAUSES = [1000, 2000, 4000, 8000, 15000]

/** Waits for the network to come back, but not longer than `ms`. */
function networkOr(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const finish = () => {
      clearTimeout(timer)
      removeEventListener('online', finish)
      signal.removeEventListener('abort', finish)
      done()
    }
    const timer = setTimeout(finish, ms)
    addEventListener('online', finish)
    signal.addEventListener('abort', finish)
  })
}

export interface UploadOptions {
  signal: AbortSignal
  progress: (progress: Progress) => void
  server?: UploadServer
  pauses?: readonly number[]
}

/** The finished upload, or the refused one with its reason. Throws ApiError when it cannot go on. */
export async function upload(file: File, options: UploadOptions): Promise<UploadState> {
  const { signal, progress, server = uploadServer, pauses = PAUSES } = options
  const key = newKey()
  let failures = 0

  /** Survives a lost network as long as some progress is made between the losses. */
  async function surviving<T>(run: () => Promise<T>, sent: number): Promise<T> {
    for (;;) {
      try {
        const answer = await run()
        failures = 0
        return answer
      } catch (error) {
        const weak = error instanceof ApiError && (error.offline || error.passing || error.status === 429)
        const pause = pauses[failures]
        if (!weak || signal.aborted || pause === undefined) throw error
        failures += 1
        progress({ sent, total: file.size, waiting: true })
        if (navigator.onLine) await wait(pause)
        else await networkOr(60_000, signal)
      }
    }
  }

  const content_type = file.type || 'application/octet-stream'
  let state = await surviving(() => server.announce({ name: file.name, size: file.size, content_type }, key), 0)
  while (state.state === 'open') {
    progress({ sent: state.offset, total: file.size, waiting: false })
    const from = state.offset
    const to = Math.min(from + state.chunk_size, file.size)
    const { id } = state
    let lost = false
    state = await surviving(async () => {
      // After a loss nobody knows how much arrived: ask before sending.
      if (lost) {
        const found = await server.look(id, signal)
        lost = false
        if (found.offset !== from || found.state !== 'open') return found
      }
      try {
        return await server.send(id, file.slice(from, to), from, to, file.size, signal)
      } catch (error) {
        const unsure = error instanceof ApiError && (error.offline || error.passing || error.status === 409)
        if (!unsure) throw error
        lost = true
        if (error.status === 409) return server.look(id, signal)
        throw error
      }
    }, from)
  }
  progress({ sent: state.offset, total: file.size, waiting: false })
  return state
}
