/**
 * Quick checks while a person types, so that most mistakes are told before anything is sent. The server checks
 * everything again and has the last word; what is only here would protect nobody.
 */
import { dayBound } from './days'
import { filled, record, rows, visible, type Faults, type Field, type Values } from './model'

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const LIMITS: Record<string, number> = { text: 100, textarea: 1000, name: 50, address: 200 }
const CHOSEN = new Set(['select', 'multiselect', 'date', 'month', 'datetime', 'region'])

/** GB 11643: eighteen characters, a real birth date, ISO 7064 MOD 11-2 check character. */
export function idNumberFault(text: string): string | null {
  if (!/^\d{17}[\dX]$/.test(text)) return '身份证号码应为 18 位，最后一位可以是 X'
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(text[at]), 0)
  if ('10X98765432'[sum % 11] !== text[17]) return '身份证号码有误，请核对'
  const date = `${text.slice(6, 10)}-${text.slice(10, 12)}-${text.slice(12, 14)}`
  return Number.isNaN(Date.parse(date)) ? '身份证号码里的出生日期不对，请核对' : null
}

/** The check digit that bank card numbers end in (ISO/IEC 7812-1). */
function luhn(text: string): boolean {
  let sum = 0
  for (let at = 0; at < text.length; at += 1) {
    const digit = Number(text[text.length - 1 - at])
    const doubled = at % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

/** Numbers lose the spaces and hyphens that people type. */
export const compact = (text: string): string => text.replace(/[\s-]/g, '').toUpperCase()

function textFault(field: Field, value: string, today: string): string | null {
  const { widget, title } = field
  // The stars stand for what the server already has.
  if (field.prefill && value.includes('*')) return null
  switch (widget) {
    case 'id_number':
      return idNumberFault(compact(value))
    case 'phone':
      return /^1[3-9]\d{9}$/.test(compact(value)) ? null : '手机号码应为 11 位数字'
    case 'bankcard':
      if (!/^\d{12,19}$/.test(compact(value))) return '银行卡号应为 12 到 19 位数字'
      return luhn(compact(value)) ? null : '银行卡号有误，请核对'
    case 'uscc':
      return /^[0-9A-HJ-NPQRTUWXY]{18}$/.test(compact(value)) ? null : '统一社会信用代码应为 18 位'
    case 'date':
    case 'month':
    case 'datetime':
      return dayFault(field, value, today)
    default: {
      const limit = LIMITS[widget]
      return limit !== undefined && [...value].length > limit ? `${title}最多 ${limit} 个字` : null
    }
  }
}

function dayFault(field: Field, value: string, today: string): string | null {
  const cut = field.widget === 'month' ? 7 : 10
  const low = dayBound(field.min, today)?.slice(0, cut)
  const high = dayBound(field.max, today)?.slice(0, cut)
  const given = value.slice(0, cut)
  if (low && given < low) return `${field.title}不能早于 ${low}`
  if (high && given > high) return `${field.title}不能晚于 ${high}`
  return null
}

function numberFault(field: Field, value: unknown): string | null {
  const number = typeof value === 'number' ? value : Number(value)
  if (!Number.isFinite(number)) return `${field.title}应填数字`
  if (field.widget === 'int' && !Number.isInteger(number)) return `${field.title}应填整数`
  if (field.widget === 'money' && Math.abs(number * 100 - Math.round(number * 100)) > 1e-6)
    return `${field.title}最多写到分，例如 1200.50`
  if (typeof field.min === 'number' && number < field.min) return `${field.title}不能小于 ${field.min}`
  if (typeof field.max === 'number' && number > field.max) return `${field.title}不能大于 ${field.max}`
  return null
}

/** What is wrong with one answer, or null. */
export function fieldFault(field: Field, value: unknown, today: string): string | null {
  if (field.readonly) return null
  if (field.widget === 'commitment') return value === true ? null : `请阅读并勾选“${field.title}”`
  if (!filled(value)) {
    return field.required ? `请${CHOSEN.has(field.widget) ? '选择' : '填写'}${field.title}` : null
  }
  if (field.widget === 'money' || field.widget === 'int' || field.widget === 'number') return numberFault(field, value)
  return typeof value === 'string' ? textFault(field, value.trim(), today) : null
}

/** Everything that is wrong with these fields, by path. `all` is the whole form, which decides what is shown. */
export function check(fields: Field[], all: Field[], values: Values, today: string): Faults {
  const { paths } = visible(all, values)
  const faults: Faults = {}
  const one = (field: Field, value: unknown, path: string) => {
    const fault = fieldFault(field, value ?? field.default, today)
    if (fault) faults[path] = fault
  }
  const walk = (nodes: Field[], given: Values, prefix: string, shown: (path: string) => boolean) => {
    for (const field of nodes) {
      const path = prefix + field.name
      if (!shown(path)) continue
      const value = given[field.name]
      if (field.widget === 'group') {
        const inner = record(value)
        const touched = Object.values(inner).some((item) => filled(item) && item !== false)
        if (field.required || touched) walk(field.children ?? [], inner, `${path}.`, shown)
      } else if (field.widget === 'list') {
        const entries = rows(value)
        const used = entries.filter((row) => Object.values(row).some((item) => filled(item) && item !== false))
        const low = typeof field.min === 'number' ? field.min : 0
        if (field.required && used.length === 0) faults[path] = `请填写${field.title}`
        else if (used.length > 0 && used.length < low) faults[path] = `${field.title}至少 ${low} 条`
        entries.forEach((row, at) => {
          if (used.includes(row)) walk(field.children ?? [], row, `${path}.${at}.`, () => true)
        })
      } else {
        one(field, value, path)
      }
    }
  }
  walk(fields, values, '', (path) => paths.has(path))
  return faults
}
