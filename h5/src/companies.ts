/** 单位空间: words for rights and states. */
import type { Schemas } from '@/api/client'

export type Right = Schemas['CompanyOut']['rights'][number]

export const RIGHTS: { value: Right; text: string }[] = [
  { value: 'apply', text: '申请事项' },
  { value: 'cases', text: '看办件' },
  { value: 'manage', text: '管理办事人员' },
]

export const STATES: Record<Schemas['CompanyStaffOut']['state'], string> = {
  invited: '等待本人接受',
  active: '有效',
  expired: '已到期',
  ended: '已结束',
  declined: '本人没有接受',
}

export const rightsText = (rights: readonly Right[]) =>
  RIGHTS.filter((one) => rights.includes(one.value))
    .map((one) => one.text)
    .join('、')
