/**
 * Evaluates the checked expression trees that come with a form (`show_if`). The server's evaluator is the reference
 * (`backend/sdk/expressions.py` says what each thing means); nothing here ever runs text.
 */

export type Tree =
  | { value: unknown }
  | { var: string; type: string }
  | { op: string; args: Tree[]; int?: boolean; part?: string }

export type Answers = ReadonlyMap<string, unknown>

/** An unanswered question, or arithmetic that cannot be done: at the top it counts as false. */
export class Unanswered extends Error {}

// Called, not written as literals: the mini-programs' engines parse nothing newer than ES2018.
const ZERO = BigInt(0)
const INT_MAX = BigInt('9223372036854775808')
const INT_MIN = -INT_MAX

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && ('value' in value || 'var' in value || 'op' in value)
}

/** The value of a tree at the top of a `show_if`. No tree means always shown. */
export function holds(tree: unknown, answers: Answers): boolean {
  if (tree === null || tree === undefined) return true
  if (!isTree(tree)) return false
  try {
    return evaluate(tree, answers) === true
  } catch (error) {
    if (error instanceof Unanswered) return false
    throw error
  }
}

/** Every name that a tree looks at. */
export function namesOf(tree: unknown, found = new Set<string>()): Set<string> {
  if (!isTree(tree)) return found
  if ('var' in tree) found.add(tree.var)
  if ('op' in tree) for (const arg of tree.args) namesOf(arg, found)
  return found
}

export function evaluate(tree: Tree, answers: Answers): unknown {
  if ('value' in tree) return tree.value
  if ('var' in tree) return answer(tree.var, tree.type, answers)
  const { op, args } = tree
  if (op === '&&' || op === '||') return logic(op === '||', args, answers)
  if (op === '?:') return evaluate(evaluate(args[0]!, answers) === true ? args[1]! : args[2]!, answers)
  const operation = Object.prototype.hasOwnProperty.call(OPERATIONS, op) ? OPERATIONS[op] : undefined
  if (operation === undefined) throw new Unanswered(`no operation ${op}`)
  const values = args.map((arg) => evaluate(arg, answers))
  const result = tree.int === true ? integers(op, values) : operation(...values)
  return typeof result === 'bigint' ? bounded(result) : result
}

function answer(name: string, type: string, answers: Answers): unknown {
  const value = answers.get(name)
  if (value !== undefined && value !== null && value !== '') return value
  if (type === 'bool') return false
  if (type === 'strings' || type === 'rows') return []
  throw new Unanswered(name)
}

/** Both sides are looked at: the decisive value wins even over an error. */
function logic(decisive: boolean, args: Tree[], answers: Answers): boolean {
  let failed: Unanswered | null = null
  for (const arg of args) {
    try {
      if (evaluate(arg, answers) === decisive) return decisive
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error
      failed = error
    }
  }
  if (failed) throw failed
  return !decisive
}

/** A 64-bit integer; small ones as plain numbers, so that they compare with what a form holds. */
function bounded(value: bigint): number | bigint {
  if (value < INT_MIN || value >= INT_MAX) throw new Unanswered('integer overflow')
  const plain = Number(value)
  return Number.isSafeInteger(plain) ? plain : value
}

function whole(value: unknown): bigint {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value)
  throw new Unanswered('not an integer')
}

function integers(op: string, values: unknown[]): bigint {
  const [a, b] = [whole(values[0]), values.length > 1 ? whole(values[1]) : ZERO]
  if (op === '+') return a + b
  if (op === '-') return a - b
  if (op === '*') return a * b
  if (op === 'neg') return -a
  throw new Unanswered(`no integer ${op}`)
}

/** Dividing truncates towards zero; zero cannot divide. */
function divide(a: unknown, b: unknown, take: (x: bigint, y: bigint) => bigint): bigint {
  const [x, y] = [whole(a), whole(b)]
  if (y === ZERO || (x === INT_MIN && y === BigInt(-1))) throw new Unanswered('integer division')
  return take(x, y)
}

function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, at) => same(item, b[at]))
  return a === b || (typeof a !== typeof b && isNumber(a) && isNumber(b) && order(a, b) === 0)
}

const isNumber = (value: unknown): value is number | bigint => typeof value === 'number' || typeof value === 'bigint'

/** Text by code point (not by UTF-16 unit), numbers by size, false before true. */
function order(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return byCodePoint(a, b)
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : a >= b ? 0 : NaN
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  throw new Unanswered('not comparable')
}

function byCodePoint(a: string, b: string): number {
  const [left, right] = [[...a], [...b]]
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const gap = left[at]!.codePointAt(0)! - right[at]!.codePointAt(0)!
    if (gap !== 0) return gap
  }
  return left.length - right.length
}

const number = (value: unknown): number => {
  if (isNumber(value)) return Number(value)
  throw new Unanswered('not a number')
}
const text = (value: unknown): string => {
  if (typeof value === 'string') return value
  throw new Unanswered('not a text')
}

function size(value: unknown): number {
  if (typeof value === 'string') return [...value].length
  if (Array.isArray(value)) return value.length
  throw new Unanswered('no size')
}

function toInteger(value: unknown): bigint {
  const plain = number(value)
  if (!Number.isFinite(plain)) throw new Unanswered('not finite')
  const cut = BigInt(Math.trunc(plain))
  if (cut <= INT_MIN) throw new Unanswered('integer overflow')
  return cut
}

/** Days since 1970 of an ISO date that exists. */
function day(value: unknown): number {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text(value))
  if (!found) throw new Unanswered('not a date')
  const [year, month, date] = [Number(found[1]), Number(found[2]), Number(found[3])]
  const moment = new Date(0)
  moment.setUTCFullYear(year, month - 1, date)
  const real = moment.getUTCFullYear() === year && moment.getUTCMonth() === month - 1 && moment.getUTCDate() === date
  if (!real || year < 1) throw new Unanswered('not a date')
  return Math.round(moment.getTime() / 86_400_000)
}

const OPERATIONS: Record<string, (...values: unknown[]) => unknown> = {
  '!': (a) => a !== true,
  '==': same,
  '!=': (a, b) => !same(a, b),
  '<': (a, b) => order(a, b) < 0,
  '<=': (a, b) => order(a, b) <= 0,
  '>': (a, b) => order(a, b) > 0,
  '>=': (a, b) => order(a, b) >= 0,
  '+': (a, b) => number(a) + number(b),
  '-': (a, b) => number(a) - number(b),
  '*': (a, b) => number(a) * number(b),
  '/': (a, b) => number(a) / number(b),
  idiv: (a, b) => divide(a, b, (x, y) => x / y),
  mod: (a, b) => divide(a, b, (x, y) => x % y),
  neg: (a) => -number(a),
  concat: (a, b) => text(a) + text(b),
  in: (a, b) => Array.isArray(b) && b.some((item) => same(a, item)),
  size,
  starts_with: (a, b) => text(a).startsWith(text(b)),
  ends_with: (a, b) => text(a).endsWith(text(b)),
  contains: (a, b) => text(a).includes(text(b)),
  double: number,
  int: toInteger,
  days_between: (from, to) => day(to) - day(from),
}
