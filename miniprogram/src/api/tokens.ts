/** The session's tokens on this phone: the platform keeps a mini-program's storage apart from everybody else's. */
export interface Tokens {
  token: string
  refresh_token: string
  /** The key of a renewal that is under way, also after a restart. */
  renewal?: string
}

const KEY = 'tf.tokens'
let held: Tokens | null | undefined

export function tokens(): Tokens | null {
  if (held === undefined) {
    const kept: unknown = uni.getStorageSync(KEY)
    held = kept && typeof (kept as Tokens).token === 'string' ? (kept as Tokens) : null
  }
  return held
}

export function keepTokens(next: Tokens): void {
  held = next
  try {
    uni.setStorageSync(KEY, next)
  } catch {
    // storage full: the session lasts until the program is closed
  }
}

export function forgetTokens(): void {
  held = null
  uni.removeStorageSync(KEY)
}
