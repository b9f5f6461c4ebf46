/**
 * Drafts on this phone, for when the network is gone: IndexedDB, one row a matter. The server's draft is the real one;
 * a local row that reached the server is marked so. Everything is forgotten at sign-out.
 */
import type { Schemas } from '@/api/client'
import type { Values } from '@/forms/model'

export interface LocalDraft {
  matter: string
  /** Masked phone of who filled it in: somebody else on the same phone never sees it. */
  owner: string
  release: string
  form: Values
  materials: Schemas['DraftMaterial'][]
  booking: Schemas['Booking'] | null
  step: number
  /** The key of the submission, so that a submit after a reload is still the same one. */
  key: string
  savedAt: number
  synced: boolean
}

const NAME = 'tianfu'
const STORE = 'drafts'
let opening: Promise<IDBDatabase> | null = null

function database(): Promise<IDBDatabase> {
  opening ??= new Promise<IDBDatabase>((done, fail) => {
    const request = indexedDB.open(NAME, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'matter' })
    request.onsuccess = () => done(request.result)
    request.onerror = () => fail(request.error ?? new Error('no storage'))
  }).catch((error: unknown) => {
    opening = null
    throw error
  })
  return opening
}

async function run<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | null> {
  try {
    const store = (await database()).transaction(STORE, mode).objectStore(STORE)
    const request = act(store)
    return await new Promise<T>((done, fail) => {
      request.onsuccess = () => done(request.result)
      request.onerror = () => fail(request.error ?? new Error('storage failed'))
    })
  } catch {
    return null // private windows refuse storage: then only the server keeps the draft
  }
}

/** True when the phone really kept it. */
export async function keepDraft(draft: LocalDraft): Promise<boolean> {
  // Reactive proxies cannot be cloned into the database; a draft is plain data.
  const plain = JSON.parse(JSON.stringify(draft)) as LocalDraft
  return (await run('readwrite', (store) => store.put(plain))) !== null
}

export async function keptDraft(matter: string, owner: string): Promise<LocalDraft | null> {
  const draft = (await run('readonly', (store) => store.get(matter))) as LocalDraft | undefined | null
  return draft && draft.owner === owner ? draft : null
}

export async function dropDraft(matter: string): Promise<void> {
  await run('readwrite', (store) => store.delete(matter))
}

export async function forgetDrafts(): Promise<void> {
  await run('readwrite', (store) => store.clear())
}
