/** One error type for everything that can go wrong between a page and the server. */
import type { components } from './schema'

type Problem = components['schemas']['Problem']

export interface FieldFault {
  field: string
  code: string
  message: string
}

export class ApiError extends Error {
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
    return this.status === 0
  }

  get signedOut(): boolean {
    return this.status === 401
  }

  get missingLevel(): string | null {
    if (this.code !== 'identity.level_too_low') return null
    return typeof this.context['required'] === 'string' ? this.context['required'] : null
  }

  get purpose(): string | null {
    return typeof this.context['purpose'] === 'string' ? this.context['purpose'] : null
  }

  get passing(): boolean {
    return this.status === 502 || this.status === 503 || this.status === 504
  }
}

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

export const offline = () =>
  new ApiError('net.offline', 0, '网络好像断开了', '请检查网络后重试。您填写的内容会保留在这部手机上。')
export const timeout = () => new ApiError('net.timeout', 0, '网络太慢，等了很久没有回应', '请稍后重试，不会重复提交。')

function faultsOf(value: unknown): FieldFault[] {
  if (!Array.isArray(value)) return []
  return value.filter((item): item is FieldFault => typeof item?.field === 'string' && typeof item?.message === 'string')
}

/** The error of a failed answer. A body that is no problem document (a proxy's page) still gives a plain sentence. */
export function problemOf(status: number, data: unknown, headers: Record<string, string>): ApiError {
  const held = typeof data === 'object' && data !== null ? (data as Partial<Problem>) : {}
  const title = BY_STATUS[status] ?? '系统出了点问题，请稍后再试'
  const named = (wanted: string) => Object.entries(headers).find(([name]) => name.toLowerCase() === wanted)?.[1]
  const after = Number(named('retry-after'))
  return new ApiError(
    typeof held.code === 'string' ? held.code : `http.${status}`,
    status,
    typeof held.title === 'string' ? held.title : title,
    typeof held.detail === 'string' ? held.detail : null,
    faultsOf(held.errors),
    typeof held.instance === 'string' ? held.instance : (named('x-request-id') ?? null),
    (held.context ?? {}) as Record<string, unknown>,
    Number.isFinite(after) && after > 0 ? after : null,
  )
}

/** Whatever was thrown, as an ApiError; a fault of our own page keeps its message out of sight. */
export function asProblem(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  console.error(error)
  return new ApiError('page.fault', -1, '页面出了点问题', '请返回上一页重试。')
}
