import { describe, expect, it } from 'vitest'

import { check, fieldFault, idNumberFault } from './check'
import { dayBound } from './days'
import { faultsOf, outgoing, stepOfFault, stepsOf, visible, type Field } from './model'
import { linesOf } from './read'

const field = (name: string, widget = 'text', more: Partial<Field> = {}): Field => ({
  name,
  widget,
  title: name,
  required: false,
  ...more,
})
const TODAY = '2026-05-06'
const same = (name: string, value: unknown) => ({
  op: '==',
  args: [{ var: `form.${name}`, type: 'string' }, { value }],
})

describe('what is shown', () => {
  const kind = field('kind', 'select', { options: [{ value: 'rent', label: '租房' }] })
  const rent = field('rent', 'money', { show_if: same('kind', 'rent') })
  const proof = field('proof', 'text', { show_if: { op: '>', args: [{ var: 'form.rent', type: 'double' }, { value: 9 }] } })

  it('follows the answers above it', () => {
    expect([...visible([kind, rent], {}).paths]).toEqual(['kind'])
    expect([...visible([kind, rent], { kind: 'rent' }).paths]).toEqual(['kind', 'rent'])
  })

  it('does not count the answer to a hidden question', () => {
    const shown = visible([kind, rent, proof], { kind: 'buy', rent: 100 }).paths
    expect([...shown]).toEqual(['kind'])
  })

  it('sends neither hidden, nor empty, nor read-only answers', () => {
    const name = field('name', 'name', { prefill: 'citizen.name', readonly: true })
    const values = { kind: 'buy', rent: 100, name: '张*', note: '  ', plain: ' a ' }
    expect(outgoing([kind, rent, name, field('plain')], values)).toEqual({ kind: 'buy', plain: 'a' })
  })

  it('looks into groups and keeps only the used rows of a list', () => {
    const group = field('home', 'group', { children: [field('street'), field('old', 'bool', { default: false })] })
    const list = field('members', 'list', { children: [field('name'), field('ill', 'bool', { default: false })] })
    const values = { home: { street: '武侯祠大街' }, members: [{}, { name: '李四' }, { ill: false }] }
    expect(outgoing([group, list], values)).toEqual({
      home: { street: '武侯祠大街', old: false },
      members: [{ name: '李四', ill: false }],
    })
    const inGroup = { ...field('floor'), show_if: same('home.street', '武侯祠大街') }
    expect(visible([group, inGroup], values).paths.has('floor')).toBe(true)
  })
})

describe('steps', () => {
  const known = field('name', 'name', { prefill: 'citizen.name', readonly: true })
  const fields = [
    field('a'),
    known,
    field('b', 'select'),
    field('c', 'text', { show_if: same('b', 'x') }),
    field('d'),
    field('rows', 'list', { title: '家庭成员', children: [field('n')] }),
    field('promise', 'commitment', { required: true }),
  ]

  it('begin with what the state knows, then a few questions, lists alone, commitments at the end', () => {
    const { steps, commitments } = stepsOf(fields, 2)
    expect(steps.map((step) => step.fields.map((item) => item.name))).toEqual([['name'], ['a', 'b', 'c'], ['d'], ['rows']])
    expect(steps[3]!.title).toBe('家庭成员')
    expect(commitments.map((item) => item.name)).toEqual(['promise'])
  })

  it('keep a commitment in its place when a rule looks at it', () => {
    const after = field('paper', 'text', { show_if: { op: '!', args: [{ var: 'form.promise', type: 'bool' }] } })
    const { steps, commitments } = stepsOf([...fields, after], 9)
    expect(commitments).toEqual([])
    expect(steps.at(-1)!.fields.map((item) => item.name)).toEqual(['promise', 'paper'])
  })

  it('are found again from a fault deep inside', () => {
    const { steps } = stepsOf(fields, 2)
    expect(stepOfFault(steps, { 'rows.0.n': '必填' })).toBe(3)
    expect(stepOfFault(steps, { elsewhere: '必填' })).toBe(-1)
  })
})

describe('quick checks', () => {
  it.each<[string, Field, unknown, string | null]>([
    ['a required text', field('名字', 'text', { required: true }), '', '请填写名字'],
    ['a required choice', field('户型', 'select', { required: true }), null, '请选择户型'],
    ['an optional blank', field('x'), undefined, null],
    ['a phone', field('x', 'phone'), '138 0000 0001', null],
    ['a short phone', field('x', 'phone'), '1380000', '手机号码应为 11 位数字'],
    ['stars of a prefilled phone', field('x', 'phone', { prefill: 'citizen.phone' }), '138****0001', null],
    ['money to the fen', field('租金', 'money'), 1200.5, null],
    ['money beyond the fen', field('租金', 'money'), 1200.555, '租金最多写到分，例如 1200.50'],
    ['letters as money', field('租金', 'money'), '很多', '租金应填数字'],
    ['a broken int', field('人数', 'int'), 1.5, '人数应填整数'],
    ['too small', field('人数', 'int', { min: 1 }), 0, '人数不能小于 1'],
    ['zero is an answer', field('人数', 'int', { required: true, min: 0 }), 0, null],
    ['a day too early', field('日期', 'date', { min: 'today' }), '2026-05-05', '日期不能早于 2026-05-06'],
    ['a day in reach', field('日期', 'date', { max: 'today+30d' }), '2026-06-05', null],
    ['a month too late', field('月份', 'month', { max: 'today' }), '2026-06', '月份不能晚于 2026-05'],
    ['an unread promise', field('承诺', 'commitment'), false, '请阅读并勾选“承诺”'],
    ['a bank card', field('卡', 'bankcard'), '6222021234567890128', null],
    ['a mistyped bank card', field('卡', 'bankcard'), '6222021234567890127', '银行卡号有误，请核对'],
    ['read-only is the server’s', field('x', 'name', { readonly: true, required: true }), '', null],
  ])('%s', (_, item, value, wanted) => expect(fieldFault(item, value, TODAY)).toBe(wanted))

  it('an id number needs its check character and a real birthday', () => {
    expect(idNumberFault('11010519491231002X')).toBeNull()
    expect(idNumberFault('110105194912310021')).toMatch('有误')
    expect(idNumberFault('1101051949123100')).toMatch('18 位')
  })

  it('look at rows one by one, and not at hidden fields', () => {
    const list = field('members', 'list', { required: true, children: [field('name', 'text', { required: true }), field('age', 'int')] })
    const hidden = field('secret', 'text', { required: true, show_if: { value: false } })
    expect(check([list, hidden], [list, hidden], {}, TODAY)).toEqual({ members: '请填写members' })
    expect(check([list], [list], { members: [{ age: 3 }] }, TODAY)).toEqual({ 'members.0.name': '请填写name' })
  })

  it('leave an untouched optional group alone', () => {
    const group = field('home', 'group', { children: [field('street', 'text', { required: true }), field('floor', 'int')] })
    expect(check([group], [group], {}, TODAY)).toEqual({})
    expect(check([group], [group], { home: { floor: 3 } }, TODAY)).toEqual({ 'home.street': '请填写street' })
  })
})

describe('bounds of days', () => {
  it.each([
    ['today', '2026-05-06'],
    ['today-18y', '2008-05-06'],
    ['today+30d', '2026-06-05'],
    ['today-3m', '2026-02-06'],
    ['2020-01-01', '2020-01-01'],
    ['nonsense', null],
  ])('%s', (bound, wanted) => expect(dayBound(bound, TODAY)).toBe(wanted))
  it('stay inside a shorter month', () => expect(dayBound('today-1m', '2026-03-31')).toBe('2026-02-28'))
})

describe('faults of the server', () => {
  it('go to their fields; the rest stay sentences', () => {
    const sorted = faultsOf([
      { field: 'form.members.0.name', message: '必填' },
      { field: 'materials', message: '还缺“合同”' },
    ])
    expect(sorted).toEqual({ faults: { 'members.0.name': '必填' }, others: ['还缺“合同”'] })
  })
})

describe('the form to read', () => {
  it('shows labels, masks and rows', () => {
    const fields = [
      field('name', 'name', { title: '姓名', readonly: true }),
      field('kind', 'select', { title: '类型', options: [{ value: 'a', label: '租房' }] }),
      field('sum', 'money', { title: '租金' }),
      field('rows', 'list', { title: '成员', children: [field('n', 'text', { title: '姓名' })] }),
      field('blank', 'text', { title: '备注' }),
    ]
    const values = { kind: 'a', sum: 1200, rows: [{ n: '李四' }] }
    const { paths } = visible(fields, values)
    expect(linesOf(fields, values, paths, { name: '张*' }, []).map((line) => [line.title, line.text])).toEqual([
      ['姓名', '张*'],
      ['类型', '租房'],
      ['租金', '1200 元'],
      ['成员 1', '姓名：李四'],
    ])
  })
})
