/** The typed calls of `/api/v1`. Paths, bodies and answers come from `schema.d.ts`, made from the server's document. */
import createClient from 'openapi-fetch'

import type { components, paths } from './schema'
import { transport } from './transport'

export type Schemas = components['schemas']

export const api = createClient<paths>({ baseUrl: location.origin, fetch: transport })

/** The body of an answer. `transport` threw already if there is none. */
export async function got<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T
}

/** Header of a creating POST. The key is made when the form opens and stays for every retry and double press. */
export const keyed = (key: string) => ({ 'Idempotency-Key': key })
