import { describe, expect, it } from 'vitest'

import { offline, problemOf, timeout } from '@/api/problem'

import { explain } from '../problems'
import { problem } from './samples'

const said = async (response: Response) => explain(await problemOf(response))

describe('a failure as a handler reads it', () => {
  it('is the sentence, its detail, what to do and the request id', async () => {
    const taken = problem(409, 'cases.taken', '这个办件已经由别的经办人领取', { detail: '这个办件已经由李敏领取' })
    expect(await said(taken)).toEqual({
      title: '这个办件已经由别的经办人领取：这个办件已经由李敏领取',
      advice: '已为您重新载入，请看由谁领取；如需接手，请与对方联系后由对方转办。',
      faults: [],
      requestId: 'req-1',
      tone: 'warning',
    })
  })

  it('names fields in words', async () => {
    const errors = [{ field: 'missing.1.reason', code: 'too_long', message: '太长' }]
    const invalid = problem(422, 'http.invalid_payload', '有些内容填得不对', { errors })
    expect((await said(invalid)).faults).toEqual(['补正内容第 2 项原因：太长'])
  })

  it('says how long to wait', async () => {
    const locked = problem(429, 'identity.staff_locked', '连续输错次数过多，请稍后再试', {}, { 'retry-after': '840' })
    expect((await said(locked)).advice).toBe('请 14 分钟后再试。')
  })

  it('explains that a one-time code is good once', async () => {
    const wrong = problem(401, 'identity.staff_sign_in_failed', '用户名、密码或动态码不对；动态码每个只能用一次')
    expect((await said(wrong)).advice).toContain('等下一个')
  })

  it('survives a page that is no problem document', async () => {
    const broken = new Response('<html>', { status: 502, headers: { 'x-request-id': 'abc' } })
    expect(await said(broken)).toMatchObject({ requestId: 'abc', tone: 'warning' })
  })

  it('tells a lost connection from a slow one, and speaks of no phone', () => {
    expect(explain(offline()).advice).toContain('检查网络')
    expect(explain(timeout()).advice).toContain('重新载入')
    expect(JSON.stringify(explain(offline()))).not.toContain('手机')
  })

  it('keeps the inside of our own fault out of sight', () => {
    expect(JSON.stringify(explain(new TypeError('undefined is not a function')))).not.toContain('undefined')
  })
})
