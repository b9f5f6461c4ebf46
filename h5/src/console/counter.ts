/** Calls of a window for what citizens bring a code for. */
import type { components } from '@/api/schema'

import { read, send } from './api'

export type Guardianship = components['schemas']['GuardianshipSeen']

export const findGuardianship = (code: string) =>
  read<Guardianship>('/staff/v1/guardianships/find', { method: 'POST', body: { code } })

export type CounterSeen = components['schemas']['CounterSeen']

export const findCode = (code: string) =>
  read<CounterSeen>('/staff/v1/counter-codes/find', { method: 'POST', body: { code } })

export const confirmCode = (key: string, id_number: string, reason: string) =>
  send(`/staff/v1/counter-codes/${encodeURIComponent(key)}/confirm`, { method: 'POST', body: { id_number, reason } })

export const refuseCode = (key: string, reason: string) =>
  send(`/staff/v1/counter-codes/${encodeURIComponent(key)}/refuse`, { method: 'POST', body: { reason } })

export const decideGuardianship = (key: string, confirmed: boolean, reason: string) =>
  send(`/staff/v1/guardianships/${encodeURIComponent(key)}/${confirmed ? 'confirm' : 'refuse'}`, {
    method: 'POST',
    body: { reason },
  })
