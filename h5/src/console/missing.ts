/**
 * The one-time notice of everything that is missing (行政许可法 art. 32): what the handler ticks and writes, what is
 * still wrong with it, what is sent, and what the citizen will read.
 */
import type { MissingItem, StaffCase } from './types'

export const MOST = 30
export const LONGEST = 500

export interface Choice {
  code: string
  name: string
  reason: string
  picked: boolean
  /** In the handler's own words, not from the matter. */
  own: boolean
  /** What the applicant gave for it. */
  given: string
}

type Asked = Pick<StaffCase, 'material_choices' | 'form' | 'materials'>

export interface Draft {
  choices: Choice[]
  note: string
}

export interface Fault {
  code: string
  part: 'name' | 'reason' | 'note' | 'list'
  message: string
}

function givenOf(code: string, found: Asked): string {
  const line = found.form.find((one) => one.field === code)
  if (line) return `填的是“${line.text}”`
  const handed = found.materials.filter((one) => one.code === code && (one.upload ?? one.license))
  return handed.length > 0 ? `已交 ${handed.length} 份` : '没有交或没有填'
}

/** Everything of the matter that can be ticked, each beside what the applicant gave for it. */
export function draftOf(found: Asked): Draft {
  return {
    choices: found.material_choices.map((item) => ({
      ...item,
      picked: false,
      own: false,
      given: givenOf(item.code, found),
    })),
    note: '',
  }
}

/** One more thing in the handler's own words, ticked from the start. */
export function addOwn(draft: Draft): Choice {
  const taken = new Set(draft.choices.map((choice) => choice.code))
  let number = 1
  while (taken.has(`other_${number}`)) number += 1
  const own: Choice = { code: `other_${number}`, name: '', reason: '', picked: true, own: true, given: '' }
  draft.choices.push(own)
  return own
}

export function dropOwn(draft: Draft, code: string): void {
  draft.choices = draft.choices.filter((choice) => choice.code !== code || !choice.own)
}

/** What is sent: the ticked ones, trimmed, in the order in which they are shown. */
export function missingOf(draft: Draft): MissingItem[] {
  return draft.choices
    .filter((choice) => choice.picked)
    .map(({ code, name, reason }) => ({ code, name: name.trim(), reason: reason.trim() }))
}

export function faultsOf(draft: Draft): Fault[] {
  const items = missingOf(draft)
  const faults: Fault[] = []
  if (items.length === 0) faults.push({ code: '', part: 'list', message: '请至少选一项需要补正的内容' })
  if (items.length > MOST) faults.push({ code: '', part: 'list', message: `一次最多告知 ${MOST} 项，请合并相近的内容` })
  const names = new Map<string, string>()
  for (const item of items) {
    if (item.name === '') {
      faults.push({ code: item.code, part: 'name', message: '请写明缺什么' })
    } else if (names.has(item.name)) {
      faults.push({ code: item.code, part: 'name', message: `“${item.name}”重复了，请合并成一项` })
    }
    names.set(item.name, item.code)
    if (item.reason === '') {
      faults.push({ code: item.code, part: 'reason', message: `请写明“${item.name || '这一项'}”为什么要补正、怎么补` })
    } else if (item.reason.length > LONGEST) {
      faults.push({ code: item.code, part: 'reason', message: `原因最多 ${LONGEST} 个字` })
    }
  }
  if (draft.note.trim().length > LONGEST) faults.push({ code: '', part: 'note', message: `补充说明最多 ${LONGEST} 个字` })
  return faults
}

export const noteOf = (draft: Draft) => draft.note.trim() || null
