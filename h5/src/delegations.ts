/** 家人代办: words for relations, scopes and states. */
import type { Schemas } from '@/api/client'

export const STATES: Record<string, string> = {
  invited: '等待对方同意',
  review: '待窗口核对',
  active: '代办中',
  expired: '已到期',
  ended: '已结束',
  declined: '对方没有同意',
  refused: '核对没有通过',
}

export const RELATIONS = [
  { value: 'parent', text: '父母' },
  { value: 'spouse', text: '配偶' },
  { value: 'child', text: '成年子女' },
  { value: 'other', text: '其他家人' },
] as const

export function scopeText(matters: readonly string[], names: ReadonlyMap<string, string> = new Map()): string {
  if (matters.includes('*')) return '全部事项'
  return matters.map((matter) => names.get(matter) ?? matter).join('、')
}

export const living = (one: Schemas['DelegationOut']) => ['invited', 'review', 'active'].includes(one.state)
