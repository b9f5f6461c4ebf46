/** Calls of a window for what citizens bring a code for. */
import type { components } from '@/api/schema'

import { read, send } from './api'

export type Guardianship = components['schemas']['GuardianshipSeen']

export const findGuardianship = (code: string) =>
  read<Guardianship>('/staff/v1/guardianships/find', { method: 'POST', body: { code } })

export const decideGuardianship = (key: string, confirmed: boolean, reason: string) =>
  send(`/staff/v1/guardianships/${encodeURIComponent(key)}/${confirmed ? 'confirm' : 'refuse'}`, {
    method: 'POST',
    body: { reason },
  })
