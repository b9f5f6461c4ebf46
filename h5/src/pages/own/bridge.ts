/**
 * The platform's half of the bridge to a team's own page. `backend/sdk/bridge.py` describes the same messages; a test
 * holds both against each other. The page is not trusted: what it says is judged here, message by message, before
 * anything is done, and the server judges again.
 */
export const VERSION = 1
export const MAX_MESSAGE = 16 * 1024
export const PER_SECOND = 20
const WAITING = 8

const CODE = /^[a-z][a-z0-9_]{0,63}$/
const MATTER = /^[a-z][a-z0-9_]{0,63}\.[a-z][a-z0-9_]{0,63}$/

export type Body = Record<string, unknown>
type Shape = (body: Body) => boolean

const only = (body: Body, ...names: string[]) => Object.keys(body).every((name) => names.includes(name))
const plain = (value: unknown): value is Body => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return true
}
const nothing: Shape = (body) => only(body)
const own: Shape = (body) => only(body, 'matter') && typeof body['matter'] === 'string' && CODE.test(body['matter'])

/** What a page may say, with the shape of its body. */
export const KINDS = {
  style: nothing,
  who: nothing,
  call: (body: Body) =>
    only(body, 'matter', 'params') &&
    typeof body['matter'] === 'string' &&
    CODE.test(body['matter']) &&
    (body['params'] === undefined || plain(body['params'])),
  open: (body: Body) => only(body, 'matter') && typeof body['matter'] === 'string' && MATTER.test(body['matter']),
  apply: own,
  pay: own,
  licence: nothing,
  close: nothing,
} satisfies Record<string, Shape>

export type Kind = keyof typeof KINDS
export type Handlers = Record<Kind, (body: Body) => unknown>

/** A refusal with a code for the page's program and a sentence for people. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

interface Asked {
  id: number
  kind: Kind
  body: Body
}

/** The message when it is one of ours, or why it is refused. `id` of a refused one is null when it has no usable one. */
export function judge(data: unknown): Asked | { id: number | null; refusal: Refusal } {
  const no = (id: number | null, code: string, text: string) => ({ id, refusal: new Refusal(code, text) })
  if (!plain(data)) return no(null, 'format', '消息应是 {v, id, kind, body}')
  const id = Number.isSafeInteger(data['id']) && (data['id'] as number) >= 0 ? (data['id'] as number) : null
  let size = 0
  try {
    size = JSON.stringify(data).length
  } catch {
    return no(id, 'format', '消息里有不能写成 JSON 的内容')
  }
  if (size > MAX_MESSAGE) return no(id, 'too_large', `消息太大，最多 ${MAX_MESSAGE} 个字符`)
  if (id === null || !only(data, 'v', 'id', 'kind', 'body')) return no(id, 'format', '消息应是 {v, id, kind, body}')
  if (data['v'] !== VERSION) return no(id, 'version', `只接受第 ${VERSION} 版的消息`)
  const kind = data['kind']
  if (typeof kind !== 'string' || !Object.hasOwn(KINDS, kind)) return no(id, 'unknown', '没有这种消息')
  const body = data['body'] ?? {}
  if (!plain(body) || !KINDS[kind as Kind](body)) return no(id, 'body', `${kind} 的内容不对，请看接口说明`)
  // what was read as JSON is all that goes on: nothing with a life of its own
  return { id, kind: kind as Kind, body: JSON.parse(JSON.stringify(body)) as Body }
}

/** Answers one port until it is shut. */
export class Bridge {
  private times: number[] = []
  private waiting = 0
  private open = true

  constructor(
    private readonly port: MessagePort,
    private readonly handlers: Handlers,
    private readonly now: () => number = () => performance.now(),
  ) {
    port.onmessage = (event: MessageEvent) => void this.take(event.data)
  }

  shut(): void {
    this.open = false
    this.port.onmessage = null
    this.port.close()
  }

  private async take(data: unknown): Promise<void> {
    const found = judge(data)
    if ('refusal' in found) return this.refuse(found.id, found.refusal)
    const at = this.now()
    this.times = this.times.filter((time) => at - time < 1000)
    if (this.times.length >= PER_SECOND || this.waiting >= WAITING)
      return this.refuse(found.id, new Refusal('too_many', '消息太多，请过一会儿再试'))
    this.times.push(at)
    this.waiting += 1
    try {
      const body = await this.handlers[found.kind](found.body)
      this.send({ v: VERSION, id: found.id, ok: true, body: body ?? {} })
    } catch (error) {
      this.refuse(found.id, error instanceof Refusal ? error : new Refusal('failed', '没有成功，请再试一次'))
    } finally {
      this.waiting -= 1
    }
  }

  private refuse(id: number | null, refusal: Refusal): void {
    this.send({ v: VERSION, id, ok: false, error: { code: refusal.code, message: refusal.message } })
  }

  private send(message: Body): void {
    if (this.open) this.port.postMessage(message)
  }
}
