/** Keeps what a person fills in: on this phone at once, on the server a moment later. */
import { api, type Schemas } from '@/api/call'
import { ApiError } from '@/api/problem'
import type { Values } from '@h5/forms/model'

export interface Draft {
  /** Masked phone of who filled it in: somebody else on the same phone never sees it. */
  owner: string
  release: string
  form: Values
  materials: Schemas['DraftMaterial'][]
  booking: Schemas['Booking'] | null
  step: number
  /** The key of the submission, so that a submit after a restart is still the same one. */
  key: string
  savedAt: number
  synced: boolean
}

const name = (matter: string) => `tf.draft.${matter}`

/** True when the phone really kept it. */
export function keep(matter: string, draft: Draft): boolean {
  try {
    uni.setStorageSync(name(matter), JSON.stringify(draft))
    return uni.getStorageSync(name(matter)) !== ''
  } catch {
    return false
  }
}

function onPhone(matter: string, owner: string): Draft | null {
  try {
    const draft = JSON.parse(String(uni.getStorageSync(name(matter)) || 'null')) as Draft | null
    return draft && draft.owner === owner ? draft : null
  } catch {
    return null
  }
}

export function drop(matter: string): void {
  uni.removeStorageSync(name(matter))
}

/** The newer of what the phone and the server hold; a phone's draft counts when it never reached the server. */
export async function restore(matter: string, owner: string): Promise<{ draft: Draft; changes: string[] } | null> {
  const mine = onPhone(matter, owner)
  let theirs: Schemas['DraftOut'] | undefined
  try {
    theirs = (await api.get('/api/v1/drafts')).items.find((draft) => draft.matter === matter)
  } catch (error) {
    if (!(error instanceof ApiError) || !(error.offline || error.passing)) throw error
    return mine ? { draft: mine, changes: [] } : null
  }
  if (!theirs) return mine && !mine.synced ? { draft: mine, changes: [] } : null
  if (mine && !mine.synced && mine.savedAt > Date.parse(theirs.updated_at)) return { draft: mine, changes: [] }
  const { release, form, materials, step, changes } = theirs
  const savedAt = Date.parse(theirs.updated_at)
  return {
    draft: { owner, release, form, materials, step, booking: mine?.booking ?? null, key: mine?.key ?? '', savedAt, synced: true },
    changes,
  }
}

export async function send(matter: string, draft: Draft): Promise<void> {
  const materials = draft.materials.map(({ code, upload, license }) => ({ code, upload, license }))
  const { release, form, step } = draft
  await api.put('/api/v1/drafts/{matter}', { path: { matter }, body: { release, form, materials, step } })
}
