import 'fake-indexeddb/auto'

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import type { Schemas } from '@/api/client'
import { ApiError, offline } from '@/api/problem'

import { Autosave, restore, type DraftServer } from './autosave'
import { forgetDrafts, keepDraft, keptDraft, type LocalDraft } from './local'

const MATTER = 'fund.rent'
const OWNER = '138****0001'
const local = (more: Partial<LocalDraft> = {}): LocalDraft => ({
  matter: MATTER,
  owner: OWNER,
  release: 'fund@1.0.0',
  form: { rent: 2000 },
  materials: [],
  booking: null,
  step: 1,
  key: 'k',
  savedAt: Date.parse('2026-05-06T10:00:00+08:00'),
  synced: false,
  ...more,
})
const theirs = (updated_at: string): Schemas['DraftOut'] => ({
  matter: MATTER,
  matter_name: '租房提取',
  release: 'fund@1.1.0',
  form: { rent: 1500 },
  materials: [],
  step: 0,
  changes: ['“合同编号”不再需要'],
  updated_at,
})

class Server implements DraftServer {
  held: Schemas['DraftOut'] | null = null
  written: Schemas['DraftPut'][] = []
  dropped = 0
  away = false
  read = () => (this.away ? Promise.reject(offline()) : Promise.resolve(this.held))
  write = (_: string, body: Schemas['DraftPut']) => {
    if (this.away) return Promise.reject(offline())
    this.written.push(body)
    return Promise.resolve()
  }
  drop = () => {
    this.dropped += 1
    return Promise.resolve()
  }
}

let server: Server
beforeEach(async () => {
  server = new Server()
  await forgetDrafts()
})
afterEach(() => vi.useRealTimers())

describe('what is restored', () => {
  it('is nothing where nothing was kept', async () => {
    expect(await restore(MATTER, OWNER, server)).toBeNull()
  })

  it('is the server’s draft, with what a new release changed', async () => {
    server.held = theirs('2026-05-06T09:00:00+08:00')
    const found = await restore(MATTER, OWNER, server)
    expect(found?.draft.form).toEqual({ rent: 1500 })
    expect(found?.changes).toEqual(['“合同编号”不再需要'])
  })

  it('is the phone’s when it is newer and never reached the server', async () => {
    server.held = theirs('2026-05-06T09:00:00+08:00')
    await keepDraft(local())
    expect((await restore(MATTER, OWNER, server))?.draft.form).toEqual({ rent: 2000 })
  })

  it('is the server’s when that is newer, keeping the booking that only the phone knows', async () => {
    server.held = theirs('2026-05-06T11:00:00+08:00')
    const booking = { office: 'o1', date: '2026-05-08', slot: '0900' }
    await keepDraft(local({ booking }))
    const found = await restore(MATTER, OWNER, server)
    expect(found?.draft.form).toEqual({ rent: 1500 })
    expect(found?.draft.booking).toEqual(booking)
  })

  it('is the phone’s when the server cannot be asked', async () => {
    server.away = true
    await keepDraft(local({ synced: true }))
    expect((await restore(MATTER, OWNER, server))?.draft.form).toEqual({ rent: 2000 })
  })

  it('is nothing when the server dropped it after it was submitted elsewhere', async () => {
    await keepDraft(local({ synced: true }))
    expect(await restore(MATTER, OWNER, server)).toBeNull()
  })

  it('is never another person’s', async () => {
    await keepDraft(local({ owner: '139****0002' }))
    expect(await restore(MATTER, OWNER, server)).toBeNull()
  })

  it('does not hide an answer that is no weak network', async () => {
    server.read = () => Promise.reject(new ApiError('x', 403, '不行'))
    await expect(restore(MATTER, OWNER, server)).rejects.toMatchObject({ status: 403 })
  })
})

describe('saving by itself', () => {
  const next = (rent: number): Omit<LocalDraft, 'savedAt' | 'synced'> => local({ form: { rent } })

  it('is on the phone at once and on the server as the last of several changes', async () => {
    const save = new Autosave(server)
    await save.change(next(1))
    await save.change(next(2))
    expect((await keptDraft(MATTER, OWNER))?.form).toEqual({ rent: 2 })
    expect(server.written).toHaveLength(0)
    await save.flush()
    expect(server.written.map((body) => body.form)).toEqual([{ rent: 2 }])
    expect(save.kept.value).toBe('server')
    expect((await keptDraft(MATTER, OWNER))?.synced).toBe(true)
    save.stop()
  })

  it('says that it is on the phone while the network is gone, and sends when it is back', async () => {
    const save = new Autosave(server)
    server.away = true
    await save.change(next(3))
    await save.flush()
    expect(save.kept.value).toBe('phone')
    expect((await keptDraft(MATTER, OWNER))?.synced).toBe(false)
    server.away = false
    dispatchEvent(new Event('online'))
    await save.flush()
    expect(server.written.map((body) => body.form)).toEqual([{ rent: 3 }])
    save.stop()
  })

  it('does not send twice what the server has', async () => {
    const save = new Autosave(server)
    await save.change(next(4))
    await save.flush()
    await save.flush()
    expect(server.written).toHaveLength(1)
    save.stop()
  })

  it('is gone everywhere once submitted, and a late change brings nothing back', async () => {
    const save = new Autosave(server)
    await save.change(next(5))
    await save.end(MATTER, { onServer: true })
    await save.change(next(6))
    await save.flush()
    expect(server.dropped).toBe(1)
    expect(server.written).toHaveLength(0)
    expect(await keptDraft(MATTER, OWNER)).toBeNull()
    save.stop()
  })
})
