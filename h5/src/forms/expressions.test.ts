import { describe, expect, it } from 'vitest'

import { evaluate, holds, namesOf, Unanswered, type Tree } from './expressions'

const v = (value: unknown): Tree => ({ value })
const x = (name: string, type = 'double'): Tree => ({ var: `form.${name}`, type })
const op = (name: string, ...args: Tree[]): Tree => ({ op: name, args })
const whole = (name: string, ...args: Tree[]): Tree => ({ op: name, args, int: true })
const given = (answers: Record<string, unknown>) =>
  new Map(Object.entries(answers).map(([name, value]) => [`form.${name}`, value]))
const FAIL = Symbol('unanswered')
const run = (tree: Tree, answers: Record<string, unknown> = {}): unknown => {
  try {
    return evaluate(tree, given(answers))
  } catch (error) {
    if (error instanceof Unanswered) return FAIL
    throw error
  }
}

describe('values and names', () => {
  it.each<[string, Tree, Record<string, unknown>, unknown]>([
    ['a literal is itself', v(2400.5), {}, 2400.5],
    ['a list literal is itself', v(['a', 'b']), {}, ['a', 'b']],
    ['a name gives its answer', x('rent'), { rent: 2000 }, 2000],
    ['an unanswered name is an error', x('rent'), {}, FAIL],
    ['an emptied answer is unanswered', x('name', 'string'), { name: '' }, FAIL],
    ['an unanswered tick box is false', x('sure', 'bool'), {}, false],
    ['unanswered choices are an empty list', x('kinds', 'strings'), {}, []],
    ['unanswered rows are an empty list', x('members', 'rows'), {}, []],
    ['null is unanswered', x('rent'), { rent: null }, FAIL],
  ])('%s', (_, tree, answers, wanted) => expect(run(tree, answers)).toEqual(wanted))
})

describe('logic follows CEL', () => {
  const lost = op('<', x('rent'), v(1))
  it.each<[string, Tree, unknown]>([
    ['false and an error is false', op('&&', v(false), lost), false],
    ['an error and false is false', op('&&', lost, v(false)), false],
    ['true and an error is an error', op('&&', v(true), lost), FAIL],
    ['true or an error is true', op('||', lost, v(true)), true],
    ['false or an error is an error', op('||', v(false), lost), FAIL],
    ['both true', op('&&', v(true), v(true)), true],
    ['not', op('!', v(false)), true],
    ['not of an error is an error', op('!', lost), FAIL],
    ['the branch not taken is not looked at', op('?:', v(true), v(1), lost), 1],
    ['the branch taken may fail', op('?:', v(false), v(1), lost), FAIL],
  ])('%s', (_, tree, wanted) => expect(run(tree)).toEqual(wanted))
})

describe('operations', () => {
  it.each<[string, Tree, unknown]>([
    ['text is equal by letters', op('==', v('川A'), v('川A')), true],
    ['different', op('!=', v(1), v(2)), true],
    ['lists are equal item by item', op('==', v(['a', 'b']), v(['a', 'b'])), true],
    ['less', op('<', v(1), v(2)), true],
    ['at most', op('<=', v(2), v(2)), true],
    ['greater', op('>', v(3), v(2)), true],
    ['at least', op('>=', v(1), v(2)), false],
    ['dates compare as text', op('<', v('2026-01-31'), v('2026-02-01')), true],
    ['text compares by code point, not by UTF-16 unit', op('<', v('\uff5e'), v('\u{20000}')), true],
    ['plus', op('+', v(1.5), v(2)), 3.5],
    ['minus', op('-', v(5), v(2)), 3],
    ['times', op('*', v(3), v(4)), 12],
    ['divided', op('/', v(1), v(4)), 0.25],
    ['a number by zero is infinite', op('/', v(1), v(0)), Infinity],
    ['whole division cuts towards zero', op('idiv', v(-7), v(2)), -3],
    ['rest has the sign of the first', op('mod', v(-7), v(2)), -1],
    ['whole division by zero fails', op('idiv', v(1), v(0)), FAIL],
    ['rest by zero fails', op('mod', v(1), v(0)), FAIL],
    ['negative', op('neg', v(3)), -3],
    ['joined text', op('concat', v('成'), v('都')), '成都'],
    ['in a list', op('in', v('b'), v(['a', 'b'])), true],
    ['not in a list', op('in', v('c'), v(['a', 'b'])), false],
    ['size counts letters, not units', op('size', v('\u{20000}吉')), 2],
    ['size of a list', op('size', v(['a', 'b'])), 2],
    ['starts with', op('starts_with', v('510100'), v('51')), true],
    ['ends with', op('ends_with', v('510100'), v('00')), true],
    ['contains', op('contains', v('住房公积金'), v('公积金')), true],
    ['to a double', op('double', v(3)), 3],
    ['to an int cuts', op('int', v(-2.9)), -2],
    ['to an int of an infinite number fails', op('int', v(Infinity)), FAIL],
    ['days between', op('days_between', v('2026-02-27'), v('2026-03-01')), 2],
    ['days between, backwards', op('days_between', v('2024-03-01'), v('2024-02-28')), -2],
    ['a day that does not exist fails', op('days_between', v('2026-02-30'), v('2026-03-01')), FAIL],
    ['whole numbers stay exact', whole('+', v(9007199254740991), v(2)), 9007199254740993n],
    ['beyond 64 bits fails', whole('*', v(4611686018427387904), v(4)), FAIL],
    ['an exact whole compares with a plain one', op('>', whole('+', v(9007199254740991), v(2)), v(5)), true],
    ['a licence is the host’s to ask', { op: 'license', args: [v('no_home')], part: 'valid' }, FAIL],
    ['an unknown operation fails', op('toString'), FAIL],
    ['an inherited name is no operation', op('constructor', v('x')), FAIL],
  ])('%s', (_, tree, wanted) => expect(run(tree)).toEqual(wanted))
})

describe('at the top of a show_if', () => {
  it('shows what has no condition', () => expect(holds(undefined, given({}))).toBe(true))
  it('hides what depends on an unanswered question', () =>
    expect(holds(op('<=', x('rent'), v(2400)), given({}))).toBe(false))
  it('shows once the answer fits', () =>
    expect(holds(op('<=', x('rent'), v(2400)), given({ rent: 2000 }))).toBe(true))
  it('hides for a condition that it cannot read', () => expect(holds({ shape: 'other' }, given({}))).toBe(false))
  it('hides when the result is no yes', () => expect(holds(v(1), given({}))).toBe(false))
  it('names what a tree looks at', () =>
    expect([...namesOf(op('&&', op('<', x('a'), v(1)), x('b', 'bool')))]).toEqual(['form.a', 'form.b']))
})
