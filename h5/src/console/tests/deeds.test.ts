import { describe, expect, it } from 'vitest'

import { deedOf, emptyFields, fieldFaults, planOf, plansFor } from '../deeds'

describe('what a handler may do', () => {
  it('follows the server: only what `can` names, decide as two buttons', () => {
    expect(plansFor({ can: ['decide', 'take'] }).map((plan) => plan.kind)).toEqual(['take', 'approve', 'refuse'])
    expect(plansFor({ can: ['correct'] })).toEqual([])
  })

  it('asks for a reason before it refuses, and for a region before it transfers', () => {
    const refuse = planOf('refuse')
    expect(fieldFaults(refuse, emptyFields(refuse))).toEqual({ reason: '请写明理由，申请人会看到' })
    const transfer = planOf('transfer')
    expect(Object.keys(fieldFaults(transfer, { ...emptyFields(transfer), reason: '属地办理' }))).toEqual(['region'])
    const long = { ...emptyFields(refuse), reason: '长'.repeat(501) }
    expect(fieldFaults(refuse, long).reason).toContain('501')
  })

  it('tells that the way to appeal is added to a refusal', () => {
    expect(planOf('refuse').extra).toContain('行政复议')
    expect(planOf('approve').extra).toBe('')
  })

  it('sends exactly what the endpoint takes', () => {
    const filled = { note: ' ', reason: ' 不符合条件 ', right_office: '', region: '510104' }
    expect(deedOf(planOf('take'), filled)).toEqual({ act: 'take' })
    expect(deedOf(planOf('accept'), filled)).toEqual({ act: 'accept', body: { note: null } })
    expect(deedOf(planOf('approve'), filled)).toEqual({
      act: 'decide',
      body: { outcome: 'approved', reason: '不符合条件' },
    })
    expect(deedOf(planOf('refuse'), filled)).toMatchObject({ body: { outcome: 'refused' } })
    expect(deedOf(planOf('not_accept'), filled)).toEqual({
      act: 'not_accept',
      body: { reason: '不符合条件', right_office: null },
    })
    expect(deedOf(planOf('transfer'), filled)).toEqual({
      act: 'transfer',
      body: { region: '510104', reason: '不符合条件' },
    })
  })
})
