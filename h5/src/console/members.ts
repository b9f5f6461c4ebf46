/** Calls for staff accounts, and for one's own second factor. */
import { read, send } from './api'
import type { Enrolment, Member, SetupCode } from './types'

const id = encodeURIComponent

export const members = (signal?: AbortSignal) => read<{ items: Member[] }>('/staff/v1/members', { signal })
export const enrolments = (signal?: AbortSignal) => read<{ items: Enrolment[] }>('/staff/v1/enrolments', { signal })

export const invite = (body: { username: string; display_name: string; roles: string[]; regions: string[] }) =>
  read<Member>('/staff/v1/members', { method: 'POST', body })

export const disable = (username: string, reason: string) =>
  send(`/staff/v1/members/${id(username)}/disable`, { method: 'POST', body: { reason } })

export const askReset = (username: string, reason: string) =>
  read<Enrolment>(`/staff/v1/members/${id(username)}/resets`, { method: 'POST', body: { reason } })

export const approve = (key: string) =>
  read<SetupCode>(`/staff/v1/enrolments/${id(key)}/approve`, { method: 'POST' })

export const withdraw = (key: string) => send(`/staff/v1/enrolments/${id(key)}/withdraw`, { method: 'POST' })

export const begin = (username: string, setup_code: string) =>
  read<{ secret: string; otpauth: string; expires_at: string }>('/staff/v1/enrolment', {
    method: 'POST',
    body: { username, setup_code },
    quiet: true,
  })

export const confirmEnrolment = (username: string, setup_code: string, password: string, otp: string) =>
  read<{ codes: string[] }>('/staff/v1/enrolment/confirm', {
    method: 'POST',
    body: { username, setup_code, password, otp },
    quiet: true,
  })

export const renewRecoveryCodes = (otp: string) =>
  read<{ codes: string[] }>('/staff/v1/recovery-codes', { method: 'POST', body: { otp } })
