// @vitest-environment node
import { readFile } from 'node:fs/promises'

import { expect, it } from 'vitest'

// @ts-expect-error: a script without types of its own
import { apiTypes, TARGETS } from '../../scripts/api.mjs'

it('schema.d.ts is what openapi.json gives (`npm run api` makes it)', async () => {
  const made = await (apiTypes as () => Promise<string>)()
  for (const target of TARGETS as string[]) expect((await readFile(target, 'utf8')) === made, target).toBe(true)
}, 30_000)
