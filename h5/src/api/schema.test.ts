// @vitest-environment node
import { readFile } from 'node:fs/promises'

import { expect, it } from 'vitest'

// @ts-expect-error: a script without types of its own
import { apiTypes } from '../../scripts/api.mjs'

it('schema.d.ts is what openapi.json gives (`npm run api` makes it)', async () => {
  const kept = await readFile(new URL('./schema.d.ts', import.meta.url), 'utf8')
  expect(kept === (await (apiTypes as () => Promise<string>)())).toBe(true)
}, 30_000)
