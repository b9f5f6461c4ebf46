/** Calls of `/staff/v1/policies`: which ways prove somebody for what. */
import { read } from './api'
import type { Policies, Policy, Simulation } from './types'

const P = '/staff/v1/policies'

export const policies = (signal?: AbortSignal) => read<Policies>(P, { signal })

export const propose = (action: string, policy: Policy, reason: string) =>
  read<Policies>(P, { method: 'PUT', body: { action, policy, reason } })

export const decide = (key: string, act: 'agree' | 'reject') =>
  read<Policies>(`${P}/${encodeURIComponent(key)}/${act}`, { method: 'POST' })

export const simulate = (body: {
  action: string
  policy: Policy | null
  age: number | null
  failures: Record<string, number>
  begun: number
  phone: string | null
}) => read<Simulation>(`${P}/simulate`, { method: 'POST', body })

export const METHODS = {
  wechat: '微信小程序刷脸',
  alipay: '支付宝刷脸',
  h5: '网页刷脸',
  counter: '窗口核验',
  agent: '家人代办',
} as const
export type Method = keyof typeof METHODS

/** For whom a step is, in words. */
export function ages(step: { min_age?: number | null; max_age?: number | null }): string {
  const low = step.min_age ?? null
  const high = step.max_age ?? null
  if (low !== null && high !== null) return `${low} 至 ${high} 岁`
  if (low !== null) return `${low} 岁以上`
  return high !== null ? `${high} 岁以下` : ''
}
