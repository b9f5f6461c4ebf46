/** What a handler can do to a case: the plain sentence that is confirmed, what must be filled in, what is sent. */
import type { Deed } from './api'
import type { Act, StaffCase } from './types'

export type DeedKind = 'take' | 'accept' | 'approve' | 'refuse' | 'not_accept' | 'transfer'
export type Field = 'note' | 'reason' | 'right_office' | 'region'

export interface Filled {
  note: string
  reason: string
  right_office: string
  region: string
}

export interface DeedPlan {
  kind: DeedKind
  act: Act
  test: string
  label: string
  title: string
  sentence: string
  extra: string
  confirm: string
  done: string
  tone: 'primary' | 'danger'
  fields: Field[]
  /** Said in the first place of the reason; the handler changes it as needed. */
  reason: string
}

const PLANS: Record<DeedKind, Omit<DeedPlan, 'kind'>> = {
  take: {
    act: 'take',
    test: 'take',
    label: '领取',
    title: '领取办件',
    sentence: '领取后，这个办件由您负责，其他经办人不能再处理。',
    extra: '',
    confirm: '确认领取',
    done: '已领取，这个办件现在由您办理。',
    tone: 'primary',
    fields: [],
    reason: '',
  },
  accept: {
    act: 'accept',
    test: 'accept',
    label: '受理',
    title: '受理申请',
    sentence: '确认受理后，会告知申请人“已受理”，办理时限从现在开始计算。',
    extra: '',
    confirm: '确认受理',
    done: '已受理，并已告知申请人。',
    tone: 'primary',
    fields: ['note'],
    reason: '',
  },
  approve: {
    act: 'decide',
    test: 'approve',
    label: '准予',
    title: '作出准予决定',
    sentence: '确认后，准予决定立即告知申请人，不能在这里撤回；这个事项有电子证照的，会随即签发。',
    extra: '',
    confirm: '确认准予',
    done: '已作出准予决定，并已告知申请人。',
    tone: 'primary',
    fields: ['reason'],
    reason: '申请材料齐全，符合规定的条件，准予办理。',
  },
  refuse: {
    act: 'decide',
    test: 'refuse',
    label: '不予批准',
    title: '作出不予批准决定',
    sentence: '确认后，不予批准的决定和理由立即告知申请人，不能在这里撤回。',
    extra: '告知里会自动附上救济途径：申请行政复议、提起行政诉讼的权利和办法，您不用自己写。',
    confirm: '确认不予批准',
    done: '已作出不予批准决定，理由和救济途径已告知申请人。',
    tone: 'danger',
    fields: ['reason'],
    reason: '',
  },
  not_accept: {
    act: 'not_accept',
    test: 'not-accept',
    label: '不予受理',
    title: '不予受理',
    sentence: '确认后，这个办件到此结束，理由会告知申请人。材料不齐的请用“一次性补正告知”，不要用不予受理。',
    extra: '',
    confirm: '确认不予受理',
    done: '已作出不予受理决定，并已告知申请人。',
    tone: 'danger',
    fields: ['reason', 'right_office'],
    reason: '',
  },
  transfer: {
    act: 'transfer',
    test: 'transfer',
    label: '转办',
    title: '转到别的地区办理',
    sentence: '确认后，这个办件由您选的地区接着办理，您不再是它的经办人，申请人会收到通知。',
    extra: '',
    confirm: '确认转办',
    done: '已转办，并已告知申请人。',
    tone: 'primary',
    fields: ['region', 'reason'],
    reason: '',
  },
}

export const planOf = (kind: DeedKind): DeedPlan => ({ kind, ...PLANS[kind] })

const ORDER: DeedKind[] = ['take', 'accept', 'approve', 'refuse', 'transfer', 'not_accept']

/** The deeds that the server allows now, in the order of the work. Correction has its own dialog. */
export function plansFor(found: Pick<StaffCase, 'can'>): DeedPlan[] {
  return ORDER.map(planOf).filter((plan) => found.can.includes(plan.act))
}

export const emptyFields = (plan: DeedPlan): Filled => ({ note: '', reason: plan.reason, right_office: '', region: '' })

const LONGEST = 500

/** What is still missing before it can be confirmed; one sentence a field. */
export function fieldFaults(plan: DeedPlan, filled: Filled): Partial<Record<Field, string>> {
  const faults: Partial<Record<Field, string>> = {}
  for (const field of plan.fields) {
    const value = filled[field].trim()
    if (value.length > LONGEST) faults[field] = `最多 ${LONGEST} 个字，现在 ${value.length} 个`
  }
  if (plan.fields.includes('reason') && filled.reason.trim() === '') faults.reason = '请写明理由，申请人会看到'
  if (plan.fields.includes('region') && !/^\d{6}$/.test(filled.region)) faults.region = '请选择转到哪个地区'
  return faults
}

export function deedOf(plan: DeedPlan, filled: Filled): Deed {
  const reason = filled.reason.trim()
  switch (plan.kind) {
    case 'take':
      return { act: 'take' }
    case 'accept':
      return { act: 'accept', body: { note: filled.note.trim() || null } }
    case 'approve':
      return { act: 'decide', body: { outcome: 'approved', reason } }
    case 'refuse':
      return { act: 'decide', body: { outcome: 'refused', reason } }
    case 'not_accept':
      return { act: 'not_accept', body: { reason, right_office: filled.right_office.trim() || null } }
    case 'transfer':
      return { act: 'transfer', body: { region: filled.region, reason } }
  }
}
