import { describe, expect, it } from 'vitest'

import { addOwn, draftOf, dropOwn, faultsOf, missingOf, noteOf } from '../missing'
import { staffCase } from './samples'

function picked(...codes: string[]) {
  const draft = draftOf(staffCase())
  for (const choice of draft.choices) choice.picked = codes.includes(choice.code)
  return draft
}

describe('the one-time notice', () => {
  it('offers every material and field beside what was given for it', () => {
    expect(draftOf(staffCase()).choices.map(({ code, given }) => [code, given])).toEqual([
      ['lease', '已交 1 份'],
      ['no_home', '没有交或没有填'],
      ['monthly_rent', '填的是“2,000.00”'],
    ])
  })

  it('sends what is ticked, trimmed, and nothing else', () => {
    const draft = picked('no_home')
    draft.choices[1]!.reason = '  请上传无房证明  '
    draft.note = '  '
    expect(missingOf(draft)).toEqual([{ code: 'no_home', name: '无房证明', reason: '请上传无房证明' }])
    expect(noteOf(draft)).toBeNull()
    expect(faultsOf(draft)).toEqual([])
  })

  it('is not sent empty', () => {
    expect(faultsOf(picked())).toMatchObject([{ part: 'list', message: '请至少选一项需要补正的内容' }])
  })

  it('asks for a reason of each', () => {
    const draft = picked('lease')
    draft.choices[0]!.reason = ' '
    expect(faultsOf(draft)).toMatchObject([{ code: 'lease', part: 'reason' }])
  })

  it('takes own words, each under a code of its own that is not used again', () => {
    const draft = picked('lease')
    const first = addOwn(draft)
    const second = addOwn(draft)
    expect([first.code, second.code]).toEqual(['other_1', 'other_2'])
    first.name = '授权委托书'
    first.reason = '由代理人办理的，请补交'
    dropOwn(draft, 'other_2')
    dropOwn(draft, 'lease')
    expect(missingOf(draft).map((item) => item.code)).toEqual(['lease', 'other_1'])
    expect(addOwn(draft).code).toBe('other_2')
  })

  it('finds own words that are empty or that name the same thing twice', () => {
    const draft = picked('lease')
    addOwn(draft)
    const twin = addOwn(draft)
    twin.name = '房屋租赁合同'
    twin.reason = '缺页'
    const faults = faultsOf(draft).map(({ code, part }) => `${code}.${part}`)
    expect(faults).toEqual(['other_1.name', 'other_1.reason', 'other_2.name'])
  })

  it('has room for thirty things', () => {
    const draft = picked()
    for (let count = 0; count < 31; count += 1) {
      const own = addOwn(draft)
      own.name = `材料 ${count}`
      own.reason = '请补交'
    }
    expect(faultsOf(draft)).toMatchObject([{ part: 'list' }])
  })
})
