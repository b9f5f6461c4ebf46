/** Keeps what a person fills in: on this phone at once, on the server a moment later, again when the network is back. */
import { ref, type Ref } from 'vue'

import { api, got, type Schemas } from '@/api/client'
import { ApiError } from '@/api/problem'

import { dropDraft, keepDraft, keptDraft, type LocalDraft } from './local'

export type Kept = 'nothing' | 'saving' | 'server' | 'phone' | 'unsaved'

export interface Restored {
  draft: LocalDraft
  /** What a newer release dropped or added, in words. */
  changes: string[]
}

/** How a draft goes to the server; a parameter so that the order of things can be tested without one. */
export interface DraftServer {
  read: (matter: string) => Promise<Schemas['DraftOut'] | null>
  write: (matter: string, body: Schemas['DraftPut']) => Promise<unknown>
  drop: (matter: string) => Promise<unknown>
}

const path = (matter: string) => ({ params: { path: { matter } } })

export const draftServer: DraftServer = {
  // From the list: having no draft is the usual case and no failure.
  read: async (matter) => {
    const { items } = await got(api.GET('/api/v1/drafts'))
    return items.find((draft) => draft.matter === matter) ?? null
  },
  write: (matter, body) => api.PUT('/api/v1/drafts/{matter}', { ...path(matter), body }),
  drop: (matter) => api.DELETE('/api/v1/drafts/{matter}', path(matter)),
}

/** What is filled in for another stays on this phone: the server's draft is the writer's own. */
export const phoneOnly: DraftServer = {
  read: () => Promise.resolve(null),
  write: () => Promise.reject(new Error('kept on the phone')),
  drop: () => Promise.resolve(null),
}

/** The newer of what the phone and the server hold; a phone's draft counts when it never reached the server. */
export async function restore(matter: string, owner: string, server: DraftServer): Promise<Restored | null> {
  const mine = await keptDraft(matter, owner)
  let theirs: Schemas['DraftOut'] | null = null
  try {
    theirs = await server.read(matter)
  } catch (error) {
    if (!(error instanceof ApiError) || !(error.offline || error.passing)) throw error
    return mine ? { draft: mine, changes: [] } : null
  }
  if (theirs === null) return mine && !mine.synced ? { draft: mine, changes: [] } : null
  if (mine && !mine.synced && mine.savedAt > Date.parse(theirs.updated_at)) return { draft: mine, changes: [] }
  return {
    draft: {
      matter,
      owner,
      release: theirs.release,
      form: theirs.form,
      materials: theirs.materials,
      booking: mine?.booking ?? null,
      step: theirs.step,
      key: mine?.key ?? '',
      savedAt: Date.parse(theirs.updated_at),
      synced: true,
    },
    changes: theirs.changes,
  }
}

const PAUSE = 900

export class Autosave {
  readonly kept: Ref<Kept> = ref('nothing')
  private timer: ReturnType<typeof setTimeout> | undefined
  private writing: Promise<void> = Promise.resolve()
  private latest: LocalDraft | null = null
  private ended = false
  private readonly again = () => void this.flush()

  constructor(private readonly server: DraftServer) {
    addEventListener('online', this.again)
  }

  /** Notes a change. It is on the phone when this resolves; the server hears of it shortly after. */
  async change(draft: Omit<LocalDraft, 'savedAt' | 'synced'>): Promise<void> {
    if (this.ended) return
    const next: LocalDraft = { ...draft, savedAt: Date.now(), synced: false }
    this.latest = next
    this.kept.value = 'saving'
    const onPhone = await keepDraft(next)
    if (this.latest !== next) return
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.flush(), PAUSE)
    if (!navigator.onLine) this.kept.value = onPhone ? 'phone' : 'unsaved'
  }

  /** Sends what the server has not got yet; one at a time, always the newest. */
  flush(): Promise<void> {
    clearTimeout(this.timer)
    this.writing = this.writing.then(() => this.send())
    return this.writing
  }

  private async send(): Promise<void> {
    const draft = this.latest
    if (draft === null || draft.synced || this.ended) return
    try {
      await this.server.write(draft.matter, {
        release: draft.release,
        form: draft.form,
        materials: draft.materials.map(({ code, upload, license }) => ({ code, upload, license })),
        step: draft.step,
      })
      if (this.latest !== draft) return
      draft.synced = true
      await keepDraft(draft)
      if (this.latest === draft) this.kept.value = 'server'
    } catch {
      if (this.latest === draft) this.kept.value = (await keepDraft(draft)) ? 'phone' : 'unsaved'
    }
  }

  /** Submitted or thrown away: the draft is gone everywhere. */
  async end(matter: string, { onServer }: { onServer: boolean }): Promise<void> {
    this.ended = true
    clearTimeout(this.timer)
    await dropDraft(matter)
    if (onServer) await this.server.drop(matter)
  }

  stop(): void {
    clearTimeout(this.timer)
    removeEventListener('online', this.again)
  }
}
