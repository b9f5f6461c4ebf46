/**
 * The one-time notice of everything that is missing (行政许可法 art. 32): what the handler ticks and writes, what is
 * still wrong with it, what is sent, and what the citizen will read.
 */
import type { FormLine, MissingItem } from './types'

export const MOST = 30
export const LONGEST = 500

export interface Choice {
  code: string
  name: string
  reason: string
  picked: boolean
  kind: 'material' | 'field' | 'own'
}

export interface Draft {
  choices: Choice[]
  note: string
}

export interface Fault {
  code: string
  part: 'name' | 'reason' | 'note' | 'list'
  message: string
}

/** Everything that can be ticked: the matter's materials, then what was filled in. */
export function draftOf(materials: MissingItem[], form: FormLine[]): Draft {
  const known = new Set(materials.map((item) => item.code))
  return {
    choices: [
      ...materials.map((item): Choice => ({ ...item, picked: false, kind: 'material' })),
      ...form
        .filter((line) => !known.has(line.field))
        .map((line): Choice => ({ code: line.field, name: line.title, reason: '', picked: false, kind: 'field' })),
    ],
    note: '',
  }
}

/** One more thing in the handler's own words, ticked from the start. */
export function addOwn(draft: Draft): Choice {
  const taken = new Set(draft.choices.map((choice) => choice.code))
  let number = 1
  while (taken.has(`other_${number}`)) number += 1
  const own: Choice = { code: `other_${number}`, name: '', reason: '', picked: true, kind: 'own' }
  draft.choices.push(own)
  return own
}

export function dropOwn(draft: Draft, code: string): void {
  draft.choices = draft.choices.filter((choice) => choice.code !== code || choice.kind !== 'own')
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
