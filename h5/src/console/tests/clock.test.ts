import { describe, expect, it } from 'vitest'

import { byUrgency, dateText, daysShort, dueTone, lightOf, momentText } from '../clock'
import { clock } from './samples'

describe('the light of a clock', () => {
  it.each([
    [clock(), 'green', '时限内'],
    [clock({ light: 'yellow', days_left: 1 }), 'yellow', '快到期'],
    [clock({ light: 'yellow', days_left: 0 }), 'yellow', '今天到期'],
    [clock({ light: 'red', days_left: -2 }), 'red', '已超期'],
    [clock({ light: 'none', days_left: null, due_at: null, text: '' }), 'none', '不计时'],
    [clock({ suspended: true, light: 'yellow', due_at: null }), 'paused', '暂停计时'],
  ])('is a tone and a word that does not need the colour', (given, tone, word) => {
    expect(lightOf(given)).toMatchObject({ tone, word })
  })

  it('says the reason of a pause and what is left after it', () => {
    const paused = clock({ suspended: true, due_at: null, days_left: 3, text: '补正或特别程序期间暂停计时' })
    expect(lightOf(paused).text).toBe('补正或特别程序期间暂停计时，恢复后还有 3 个工作日')
  })

  it('keeps the sentence of the server and makes one only where there is none', () => {
    expect(lightOf(clock()).text).toBe('还剩 5 个工作日，12月1日前办结')
    expect(lightOf(clock({ text: '', days_left: -1, unit: 'day', light: 'red' })).text).toBe('已超期 1 天')
    expect(lightOf(clock({ text: '', days_left: 0 })).text).toBe('今天到期')
    expect(lightOf(clock({ text: '', light: 'none', days_left: null, due_at: null })).text).toBe('没有正在计算的时限')
  })

  it('is short in the queue', () => {
    expect(daysShort(clock())).toBe('5 工作日')
    expect(daysShort(clock({ days_left: -3, unit: 'day' }))).toBe('超 3 天')
    expect(daysShort(clock({ days_left: null }))).toBe('—')
  })
})

describe('the order of the queue', () => {
  it('is by due time, then what is suspended, then what has no limit', () => {
    const late = { clock: clock({ due_at: '2026-11-20T23:59:59+08:00', days_left: -3 }), name: 'late' }
    const soon = { clock: clock({ due_at: '2026-11-25T23:59:59+08:00', days_left: 1 }), name: 'soon' }
    const paused = { clock: clock({ due_at: null, suspended: true, days_left: 0 }), name: 'paused' }
    const none = { clock: clock({ due_at: null, days_left: null, light: 'none' }), name: 'none' }
    const other = { ...none, name: 'other' }
    const sorted = [none, paused, other, soon, late].sort(byUrgency).map((one) => one.name)
    expect(sorted).toEqual(['late', 'soon', 'paused', 'none', 'other'])
  })
})

describe('times', () => {
  it('are those of Chengdu wherever the browser is', () => {
    expect(momentText('2026-11-23T17:30:00Z')).toBe('2026-11-24 01:30')
    expect(dateText('2026-11-23T17:30:00Z')).toBe('2026-11-24')
  })

  it('of a follow-up are passed, near or far', () => {
    const now = Date.parse('2026-11-24T12:00:00+08:00')
    expect(dueTone('2026-11-24T11:59:00+08:00', now)).toEqual({ tone: 'red', word: '已过期' })
    expect(dueTone('2026-11-25T11:59:00+08:00', now).tone).toBe('yellow')
    expect(dueTone('2026-11-26T12:00:00+08:00', now).tone).toBe('green')
  })
})
