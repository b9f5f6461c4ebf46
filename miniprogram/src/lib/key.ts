const HEX = '0123456789abcdef'

/** An Idempotency-Key: it names one wish of one person, it protects nothing. */
export function newKey(): string {
  let text = Date.now().toString(16)
  while (text.length < 32) text += HEX[Math.floor(Math.random() * 16)]
  return text
}
