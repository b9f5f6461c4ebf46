import { describe, expect, it } from 'vitest'

import { ApiError, asProblem, problemOf } from './problem'

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json; charset=utf-8', ...headers },
  })

describe('a failed answer becomes one error', () => {
  it('with title, detail, faults, code and request id of the problem document', async () => {
    const error = await problemOf(
      answer(422, {
        type: '/docs/errors#cases.form_invalid',
        title: '表单有几处需要修改',
        status: 422,
        code: 'cases.form_invalid',
        instance: 'a1b2-3',
        detail: '请核对',
        errors: [{ field: 'form.rent', code: 'required', message: '请填写租金' }, 'not a fault'],
        context: {},
      }),
    )
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({
      code: 'cases.form_invalid',
      title: '表单有几处需要修改',
      detail: '请核对',
      requestId: 'a1b2-3',
    })
    expect(error.faults).toEqual([{ field: 'form.rent', code: 'required', message: '请填写租金' }])
  })

  it('that knows which level is missing and for which purpose', async () => {
    const context = { required: 'face', purpose: 'submit:fund.rent' }
    const error = await problemOf(answer(403, { code: 'identity.level_too_low', title: 't', context }))
    expect(error.missingLevel).toBe('face')
    expect(error.purpose).toBe('submit:fund.rent')
  })

  it('that says when to come back', async () => {
    const error = await problemOf(answer(429, { code: 'http.too_many_requests', title: '太频繁' }, { 'retry-after': '7' }))
    expect(error.retryAfter).toBe(7)
  })

  it('with a plain sentence when a proxy answered in its own way', async () => {
    const page = new Response('<html>bad gateway</html>', {
      status: 502,
      headers: { 'content-type': 'text/html', 'x-request-id': 'r9' },
    })
    const error = await problemOf(page)
    expect(error).toMatchObject({ code: 'http.502', status: 502, requestId: 'r9', passing: true })
    expect(error.title).not.toContain('html')
  })

  it('with a plain sentence when the document is torn', async () => {
    expect((await problemOf(answer(422, '{"title": "torn'))).title).toBe('有些内容填得不对，请按提示修改')
  })
})

describe('whatever was thrown', () => {
  it('stays itself when it is ours', () => {
    const error = new ApiError('a.b', 404, '没有')
    expect(asProblem(error)).toBe(error)
  })
  it('never shows the words of a programming error', () => {
    const shown = asProblem(new TypeError('x is not a function'))
    expect(`${shown.title}${shown.detail}`).not.toContain('function')
  })
})
