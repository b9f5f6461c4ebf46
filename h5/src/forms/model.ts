/** What a form is, apart from how it looks: which fields are shown, its steps, what is sent, and what is wrong. */
import { holds, namesOf } from './expressions'

export interface Choice {
  value: string
  label: string
}

/** One node of the server's `ui` tree (`backend/sdk/forms.py`, `ui_tree`). */
export interface Field {
  name: string
  widget: string
  title: string
  required: boolean
  hint?: string
  text?: string
  options?: Choice[]
  prefill?: string
  masked?: boolean
  readonly?: boolean
  min?: number | string
  max?: number | string
  default?: unknown
  show_if?: unknown
  children?: Field[]
}

export type Values = Record<string, unknown>
/** Path of a field (`members.0.name`) to what is wrong with it. */
export type Faults = Record<string, string>

export interface Step {
  title: string
  fields: Field[]
}

const QUESTIONS = '填写办事信息'

export const filled = (value: unknown): boolean =>
  !(value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0))

export const record = (value: unknown): Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : {}

export const rows = (value: unknown): Values[] => (Array.isArray(value) ? value.map(record) : [])

/**
 * The shown fields' paths and the answers that rules may see, from top to bottom: the answer to a hidden question does
 * not count, exactly as on the server.
 */
export function visible(fields: Field[], values: Values): { paths: Set<string>; answers: Map<string, unknown> } {
  const paths = new Set<string>()
  const answers = new Map<string, unknown>()
  const walk = (nodes: Field[], given: Values, prefix: string) => {
    for (const node of nodes) {
      if (!holds(node.show_if, answers)) continue
      const path = prefix + node.name
      paths.add(path)
      const value = given[node.name] ?? node.default
      if (node.widget === 'group') walk(node.children ?? [], record(value), `${path}.`)
      else answers.set(`form.${path}`, node.widget === 'list' ? rows(value).filter(anything) : value)
    }
  }
  walk(fields, values, '')
  return { paths, answers }
}

/** True when something in a row was answered; an unticked box is no answer. */
function anything(row: Values): boolean {
  return Object.values(row).some((value) => filled(value) && value !== false)
}

/** What is sent: shown and answered fields only; what the server takes from its source is left out. */
export function outgoing(fields: Field[], values: Values): Values {
  const { paths } = visible(fields, values)
  const pick = (nodes: Field[], given: Values, prefix: string, shown: (path: string) => boolean): Values => {
    const result: Values = {}
    for (const node of nodes) {
      const path = prefix + node.name
      if (node.readonly || !shown(path)) continue
      const value = given[node.name] ?? node.default
      if (node.widget === 'group') {
        const inner = pick(node.children ?? [], record(value), `${path}.`, shown)
        if (Object.keys(inner).length > 0) result[node.name] = inner
      } else if (node.widget === 'list') {
        const entries = rows(value).map((row) => pick(node.children ?? [], row, '', () => true))
        const kept = entries.filter(anything)
        if (kept.length > 0) result[node.name] = kept
      } else if (filled(value)) {
        result[node.name] = typeof value === 'string' ? value.trim() : value
      }
    }
    return result
  }
  return pick(fields, values, '', (path) => paths.has(path))
}

/**
 * Steps of a form: what the state already knows first, then a few questions at a time, each group or list alone.
 * A commitment that no rule looks at is signed on the last page and is not part of a step.
 */
export function stepsOf(fields: Field[], perStep: number): { steps: Step[]; commitments: Field[] } {
  const looked = new Set<string>()
  const collect = (nodes: Field[]) => {
    for (const node of nodes) {
      namesOf(node.show_if, looked)
      collect(node.children ?? [])
    }
  }
  collect(fields)
  const commitments = fields.filter((node) => node.widget === 'commitment' && !looked.has(`form.${node.name}`))
  const known = fields.filter((node) => node.prefill)
  const rest = fields.filter((node) => !node.prefill && !commitments.includes(node))
  const steps: Step[] = known.length > 0 ? [{ title: '核对您的信息', fields: known }] : []
  let open: Field[] = []
  const close = () => {
    if (open.length > 0) steps.push({ title: QUESTIONS, fields: open })
    open = []
  }
  for (const node of rest) {
    if (node.widget === 'group' || node.widget === 'list') {
      close()
      steps.push({ title: node.title, fields: [node] })
      continue
    }
    // A question that depends on another stays on its page, so that it appears where one just answered.
    const depends = [...namesOf(node.show_if)].some((name) => open.some((other) => `form.${other.name}` === name))
    if (open.length >= perStep && !depends) close()
    open.push(node)
  }
  close()
  const plain = steps.filter((step) => step.title === QUESTIONS)
  if (plain.length > 1) plain.forEach((step, at) => (step.title = `${QUESTIONS}（${at + 1}/${plain.length}）`))
  return { steps, commitments }
}

/** Splits the server's faults into those of fields (without the `form.` in front) and the sentences of all others. */
export function faultsOf(list: { field: string; message: string }[]): { faults: Faults; others: string[] } {
  const faults: Faults = {}
  const others: string[] = []
  for (const { field, message } of list) {
    if (field.startsWith('form.')) faults[field.slice('form.'.length)] ??= message
    else others.push(message)
  }
  return { faults, others }
}

/** The index of the first step that holds a fault, or -1. */
export function stepOfFault(steps: Step[], faults: Faults): number {
  const names = new Set(Object.keys(faults).map((path) => path.split('.')[0]))
  return steps.findIndex((step) => step.fields.some((field) => names.has(field.name)))
}
