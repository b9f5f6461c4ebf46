/** A filled form as lines to read before it is sent. */
import type { Region } from '@/regions'
import { regionName } from '@/regions'

import { dayText } from './days'
import { filled, record, rows, type Field, type Values } from './model'

export interface Line {
  path: string
  title: string
  text: string
}

function textOf(field: Field, value: unknown, regions: Region[]): string {
  const label = (item: unknown) => field.options?.find((option) => option.value === item)?.label ?? String(item)
  switch (field.widget) {
    case 'bool':
      return value === true ? '是' : '否'
    case 'commitment':
      return value === true ? '已同意' : '还没有同意'
    case 'select':
      return label(value)
    case 'multiselect':
      return Array.isArray(value) ? value.map(label).join('、') : ''
    case 'region':
      return regionName(regions, String(value))
    case 'date':
      return dayText(String(value))
    case 'datetime':
      return String(value).replace('T', ' ')
    case 'money':
      return `${String(value)} 元`
    default:
      return String(value)
  }
}

/** One line a field that is shown; masked values stay masked; empty optional fields are left out. */
export function linesOf(
  fields: Field[],
  values: Values,
  paths: Set<string>,
  masks: Record<string, string>,
  regions: Region[],
): Line[] {
  const lines: Line[] = []
  const walk = (nodes: Field[], given: Values, prefix: string, all: boolean) => {
    for (const field of nodes) {
      const path = prefix + field.name
      if (!all && !paths.has(path)) continue
      const value = given[field.name] ?? field.default
      if (field.widget === 'group') walk(field.children ?? [], record(value), `${path}.`, all)
      else if (field.widget === 'list') {
        rows(value).forEach((row, at) => {
          const inner: Line[] = []
          const before = lines.length
          walk(field.children ?? [], row, `${path}.${at}.`, true)
          inner.push(...lines.splice(before))
          if (inner.length > 0) {
            const text = inner.map((line) => `${line.title}：${line.text}`).join('\n')
            lines.push({ path: `${path}.${at}`, title: `${field.title} ${at + 1}`, text })
          }
        })
      } else if (filled(value)) lines.push({ path, title: field.title, text: textOf(field, value, regions) })
      else if (masks[path]) lines.push({ path, title: field.title, text: masks[path]! })
    }
  }
  walk(fields, values, '', false)
  return lines
}
