/** Dates as the province's calendar has them: everything is Asia/Shanghai, whatever the phone is set to. */

const ZONE = 'Asia/Shanghai'

const isoDay = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, year: 'numeric', month: '2-digit', day: '2-digit' })
const moment = new Intl.DateTimeFormat('zh-CN', {
  timeZone: ZONE,
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hour12: false,
})
const date = new Intl.DateTimeFormat('zh-CN', { timeZone: ZONE, year: 'numeric', month: 'long', day: 'numeric' })

/** Today as `YYYY-MM-DD`. */
export const today = (now = new Date()): string => isoDay.format(now)

/** `2026年5月1日` of a day (`YYYY-MM-DD`) or an instant. */
export function dayText(value: string): string {
  const instant = new Date(value.length === 10 ? `${value}T00:00:00+08:00` : value)
  return Number.isNaN(instant.getTime()) ? value : date.format(instant)
}

/** `2026/5/1 09:30` of an instant. */
export function momentText(value: string): string {
  const instant = new Date(value)
  return Number.isNaN(instant.getTime()) ? value : moment.format(instant)
}

/** A bound of a date field (`2026-01-01`, `today`, `today-18y`, `today+30d`) as `YYYY-MM-DD`; null when there is none. */
export function dayBound(bound: unknown, now: string): string | null {
  if (typeof bound !== 'string') return null
  const found = /^today(?:([+-])(\d{1,5})([dmy]))?$/.exec(bound)
  if (!found) return /^\d{4}-\d{2}-\d{2}$/.test(bound) ? bound : null
  const count = Number(found[2] ?? 0) * (found[1] === '-' ? -1 : 1)
  const [year, month, day] = now.split('-').map(Number) as [number, number, number]
  if (found[3] === 'm' || found[3] === 'y') {
    const total = year * 12 + month - 1 + count * (found[3] === 'y' ? 12 : 1)
    const last = new Date(Date.UTC(Math.floor(total / 12), (total % 12) + 1, 0)).getUTCDate()
    return iso(Math.floor(total / 12), total % 12, Math.min(day, last))
  }
  return iso(year, month - 1, day + count)
}

const iso = (year: number, month: number, day: number) =>
  new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10)
