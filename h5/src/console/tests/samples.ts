import type { Clock, QueueCard, StaffCase, StaffSession } from '../types'

export const clock = (given: Partial<Clock> = {}): Clock => ({
  due_at: '2026-12-01T23:59:59+08:00',
  days_left: 5,
  unit: 'workday',
  suspended: false,
  light: 'green',
  text: '还剩 5 个工作日，12月1日前办结',
  ...given,
})

export const card = (number: string, given: Partial<QueueCard> = {}): QueueCard => ({
  number,
  matter_name: '租房提取住房公积金',
  applicant: '张*',
  region: '510107',
  state: 'submitted',
  state_text: '已提交，等待受理',
  submitted_at: '2026-11-24T09:00:00+08:00',
  clock: clock(),
  handler: null,
  urged: 0,
  ...given,
})

export const staffCase = (given: Partial<StaffCase> = {}): StaffCase => ({
  number: 'TF1',
  matter: 'chengdu_housing_fund.rent_withdrawal',
  matter_name: '租房提取住房公积金',
  release: 'chengdu_housing_fund@1.2.0',
  region: '510107',
  applicant: '张*',
  applicant_phone: '138****0001',
  state: 'submitted',
  state_text: '已提交，等待受理',
  submitted_at: '2026-11-24T09:00:00+08:00',
  clock: clock(),
  handler: null,
  mine: false,
  timeline: [{ at: '2026-11-24T09:00:00+08:00', kind: 'submitted', title: '提交申请', text: '已收到', who: '申请人' }],
  form: [{ field: 'monthly_rent', title: '月租金（元）', text: '2,000.00' }],
  materials: [{ code: 'lease', name: '房屋租赁合同', upload: 'u1', license: null, file_name: '合同.pdf', size: 2048 }],
  material_choices: [
    { code: 'lease', name: '房屋租赁合同', reason: '缺少或不清楚' },
    { code: 'no_home', name: '无房证明', reason: '缺少或不清楚' },
    { code: 'monthly_rent', name: '月租金（元）', reason: '填写有误，请修改' },
  ],
  missing: [],
  result: null,
  can: ['take', 'accept', 'correct', 'not_accept', 'transfer'],
  ...given,
})

export const staffSession = (given: Partial<StaffSession> = {}): StaffSession => ({
  expires_at: new Date(Date.now() + 8 * 3600_000).toISOString(),
  csrf: 'c'.repeat(32),
  staff: { username: 'window.chengdu', display_name: '成都窗口', roles: ['window'], regions: ['510100'] },
  recovery_left: 10,
  ...given,
})

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })

export const problem = (status: number, code: string, title: string, more: object = {}, headers = {}) =>
  new Response(
    JSON.stringify({ type: `/docs/errors#${code}`, title, status, code, instance: 'req-1', errors: [], ...more }),
    { status, headers: { 'content-type': 'application/problem+json; charset=utf-8', ...headers } },
  )
