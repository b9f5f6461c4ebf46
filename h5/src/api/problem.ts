/** One error type for everything that can go wrong between a page and the server. */
import type { components } from './schema'

type Problem = components['schemas']['Problem']

/** One bad field: `field` is a dotted path such as `form.monthly_rent` or `members.0.name`. */
export interface FieldFault {
  field: string
  code: string
  message: string
}

/** A way to a missing level, as the server names it in `context.ways` of a 401 or 403. */
export interface WayHint {
  level: string
  method: string
  channel?: string | null
  purpose?: string | null
}

export class ApiError extends Error {
  override readonly name = 'ApiError'

  constructor(
    readonly code: string,
    readonly status: number,
    readonly title: string,
    readonly detail: string | null = null,
    readonly faults: FieldFault[] = [],
    readonly requestId: string | null = null,
    readonly context: Record<string, unknown> = {},
    /** Seconds to wait, when the server says so. */
    readonly retryAfter: number | null = null,
  ) {
    super(detail ?? title)
  }

  /** The network, not the server: nothing is known about what happened. */
  get offline(): boolean {
    return this.status === 0 && this.code !== 'net.cancelled'
  }

  get cancelled(): boolean {
    return this.code === 'net.cancelled'
  }

  /** Nobody is signed in, or the sign-in is over. */
  get signedOut(): boolean {
    return this.status === 401
  }

  /** The level that is missing (`verified`, `face`, …), when that is the trouble. */
  get missingLevel(): string | null {
    if (this.code !== 'identity.level_too_low') return null
    return typeof this.context['required'] === 'string' ? this.context['required'] : null
  }

  get purpose(): string | null {
    return typeof this.context['purpose'] === 'string' ? this.context['purpose'] : null
  }

  /** The department's system, or ours for a moment: the same request may work later. */
  get passing(): boolean {
    return this.status === 503 || this.status === 502 || this.status === 504
  }
}

export const offline = () =>
  new ApiError('net.offline', 0, '网络好像断开了', '请检查网络后重试。您填写的内容会保留在这部手机上。')
export const timeout = () => new ApiError('net.timeout', 0, '网络太慢，等了很久没有回应', '请稍后重试，不会重复提交。')
export const cancelled = () => new ApiError('net.cancelled', 0, '已取消')

const BY_STATUS: Record<number, string> = {
  400: '请求的内容读不懂，请检查后重试',
  401: '请先登录',
  403: '您没有权限进行这项操作',
  404: '没有找到您要的内容',
  409: '内容刚被改动过，请刷新后再试',
  413: '提交的内容太大了',
  422: '有些内容填得不对，请按提示修改',
  429: '操作太频繁，请稍后再试',
  503: '系统正在恢复，请稍后再试',
}

function faultsOf(value: unknown): FieldFault[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((item: unknown) => {
    if (typeof item !== 'object' || item === null) return []
    const { field, code, message } = item as Partial<FieldFault>
    return typeof field === 'string' && typeof message === 'string' ? [{ field, code: code ?? 'invalid', message }] : []
  })
}

/** The error of a failed response. A body that is no problem document (a proxy's page) still gives a plain sentence. */
export async function problemOf(response: Response): Promise<ApiError> {
  const after = Number(response.headers.get('retry-after'))
  const retryAfter = Number.isFinite(after) && after > 0 ? after : null
  const requestId = response.headers.get('x-request-id')
  const title = BY_STATUS[response.status] ?? '系统出了点问题，请稍后再试'
  if (/\bjson\b/.test(response.headers.get('content-type') ?? '')) {
    try {
      const body = (await response.json()) as Partial<Problem>
      return new ApiError(
        typeof body.code === 'string' ? body.code : `http.${response.status}`,
        response.status,
        typeof body.title === 'string' ? body.title : title,
        typeof body.detail === 'string' ? body.detail : null,
        faultsOf(body.errors),
        typeof body.instance === 'string' ? body.instance : requestId,
        (body.context ?? {}) as Record<string, unknown>,
        retryAfter,
      )
    } catch {
      // falls through: the connection broke inside the body
    }
  }
  return new ApiError(`http.${response.status}`, response.status, title, null, [], requestId, {}, retryAfter)
}

/** Whatever was thrown, as an ApiError; a fault of our own page keeps its message out of sight. */
export function asProblem(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  return new ApiError('page.fault', -1, '页面出了点问题', '请返回上一页重试，或刷新页面。')
}
