/** A fresh Idempotency-Key; also works on the plain-http pages where `randomUUID` is missing. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** One key for one form: the same for every press until what it made is done. */
export function useKey() {
  let key = newKey()
  return {
    get value() {
      return key
    },
    renew() {
      key = newKey()
    },
  }
}
