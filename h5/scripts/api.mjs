/** Writes `src/api/schema.d.ts` from `openapi.json` (which `python -m backend openapi > h5/openapi.json` writes). */
import { readFile, writeFile } from 'node:fs/promises'

import openapiTS, { astToString } from 'openapi-typescript'

const SOURCE = new URL('../openapi.json', import.meta.url)
export const TARGET = new URL('../src/api/schema.d.ts', import.meta.url)

/** The text that `schema.d.ts` must have. */
export async function apiTypes() {
  const document = JSON.parse(await readFile(SOURCE, 'utf8'))
  const types = astToString(await openapiTS(document, { alphabetize: true, defaultNonNullable: false }))
  return `/** Made by \`npm run api\` from openapi.json: never edit. */\n\n${types}`
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  await writeFile(TARGET, await apiTypes())
  console.log('wrote src/api/schema.d.ts')
}
