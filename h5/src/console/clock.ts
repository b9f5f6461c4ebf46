/** How a case's clock is shown: a tone, a word that says the same without colour, and the server's sentence. */
import type { Clock } from './types'

export type Tone = 'none' | 'green' | 'yellow' | 'red' | 'paused'

export interface Light {
  tone: Tone
  word: string
  text: string
}

function spoken(clock: Clock): string {
  if (clock.text) return clock.text
  if (clock.days_left === null) return ''
  const unit = clock.unit === 'workday' ? '个工作日' : '天'
  if (clock.days_left < 0) return `已超期 ${-clock.days_left} ${unit}`
  return clock.days_left === 0 ? '今天到期' : `还剩 ${clock.days_left} ${unit}`
}

export function lightOf(clock: Clock): Light {
  const text = spoken(clock)
  if (clock.suspended) {
    const left = clock.days_left
    const rest = left === null ? '' : `，恢复后还有 ${left} ${clock.unit === 'workday' ? '个工作日' : '天'}`
    return { tone: 'paused', word: '暂停计时', text: (text || '暂停计时') + rest }
  }
  switch (clock.light) {
    case 'red':
      return { tone: 'red', word: '已超期', text }
    case 'yellow':
      return { tone: 'yellow', word: clock.days_left === 0 ? '今天到期' : '快到期', text }
    case 'green':
      return { tone: 'green', word: clock.days_left === 0 ? '今天到期' : '时限内', text }
    case 'none':
      return { tone: 'none', word: '不计时', text: text || '没有正在计算的时限' }
  }
}

/** The number of the queue's first column: short enough for a narrow screen. */
export function daysShort(clock: Clock): string {
  if (clock.days_left === null) return '—'
  const unit = clock.unit === 'workday' ? '工作日' : '天'
  return clock.days_left < 0 ? `超 ${-clock.days_left} ${unit}` : `${clock.days_left} ${unit}`
}

function rank(clock: Clock): number {
  if (clock.suspended) return 1
  return clock.days_left === null && clock.due_at === null ? 2 : 0
}

/** Least time left first; then what is suspended; last what has no limit. Equal ones keep the server's order. */
export function byUrgency(a: { clock: Clock }, b: { clock: Clock }): number {
  const ranks = rank(a.clock) - rank(b.clock)
  if (ranks !== 0) return ranks
  const due = [a, b].map(({ clock }) => (clock.due_at === null ? null : Date.parse(clock.due_at)))
  if (due[0] != null && due[1] != null) return due[0] - due[1]
  return (a.clock.days_left ?? Infinity) - (b.clock.days_left ?? Infinity) || 0
}

const DATE = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
})
const MOMENT = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})
const HOUR = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

/** Times are shown as in Chengdu, wherever the browser is. */
export const dateText = (at: string) => DATE.format(new Date(at)).replaceAll('/', '-')
export const momentText = (at: string) => MOMENT.format(new Date(at)).replaceAll('/', '-')
export const hourText = (at: string | number) => HOUR.format(new Date(at))

/** A follow-up's term: passed, within a day, or later. */
export function dueTone(due: string, now: number): { tone: Tone; word: string } {
  const left = Date.parse(due) - now
  if (left < 0) return { tone: 'red', word: '已过期' }
  if (left < 86_400_000) return { tone: 'yellow', word: '24 小时内到期' }
  return { tone: 'green', word: '时限内' }
}
