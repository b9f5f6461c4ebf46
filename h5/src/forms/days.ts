/** Dates as the province's calendar has them: everything is Asia/Shanghai, whatever the phone is set to. */

/** Shanghai is eight hours ahead of UTC all year; not every mini-program engine has `Intl`. */
const AHEAD = 8 * 3_600_000
const local = (instant: Date) => new Date(instant.getTime() + AHEAD)
const two = (value: number) => String(value).padStart(2, '0')

/** Today as `YYYY-MM-DD`. */
export const today = (now = new Date()): string => local(now).toISOString().slice(0, 10)

/** `2026年5月1日` of a day (`YYYY-MM-DD`) or an instant. */
export function dayText(value: string): string {
  const instant = new Date(value.length === 10 ? `${value}T00:00:00+08:00` : value)
  if (Number.isNaN(instant.getTime())) return value
  const there = local(instant)
  return `${there.getUTCFullYear()}年${there.getUTCMonth() + 1}月${there.getUTCDate()}日`
}

/** `2026/5/1 09:30` of an instant. */
export function momentText(value: string): string {
  const instant = new Date(value)
  if (Number.isNaN(instant.getTime())) return value
  const there = local(instant)
  const day = `${there.getUTCFullYear()}/${there.getUTCMonth() + 1}/${there.getUTCDate()}`
  return `${day} ${two(there.getUTCHours())}:${two(there.getUTCMinutes())}`
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
