/** What the pages ask of a platform. `wechat.ts` and `alipay.ts` answer; no other file names `wx` or `my`. */
export type Outcome = 'done' | 'left' | 'failed'

export interface Platform {
  name: 'wechat' | 'alipay'
  /** The one-time code of the silent sign-in. Throws when the platform gives none. */
  loginCode(): Promise<string>
  /** The platform's own face check; what it says only ends the wait, the server asks the vendor. */
  face(params: Record<string, unknown>): Promise<Outcome>
  /** Asks for messages by template id, straight after a tap; null when the platform refused to ask. */
  subscribe(templates: string[]): Promise<Record<string, 'accept' | 'reject' | 'ban' | 'filter'> | null>
  /** The letter size that the person chose on the platform, in pixels; 16 is the usual one. */
  fontSize(): number
  /** A part of a file of the phone, as base64. */
  read(path: string, from: number, length: number): Promise<string>
}
