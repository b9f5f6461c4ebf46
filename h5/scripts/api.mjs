/** Writes `api/schema.d.ts` of the pages and of the mini-programs from `openapi.json` (which `python -m backend openapi > h5/openapi.json` writes). */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

import openapiTS, { astToString } from 'openapi-typescript'
import ts from 'typescript'

const source = fileURLToPath(new URL('../openapi.json', import.meta.url))
/** The pages and the mini-programs have the same types. */
export const TARGETS = ['../src/api/schema.d.ts', '../../miniprogram/src/api/schema.d.ts'].map((name) =>
  fileURLToPath(new URL(name, import.meta.url)),
)

/** Only what succeeds has a type of its own: every failure is the one problem document. */
function withoutFailures(document) {
  for (const operations of Object.values(document.paths)) {
    for (const operation of Object.values(operations)) {
      for (const status of Object.keys(operation.responses ?? {})) {
        if (Number(status) >= 400) delete operation.responses[status]
      }
    }
  }
  return document
}

/** An object without named properties is a record of unknown values (a form, a row), not an empty object. */
function openRecord(schema) {
  const open = schema.type === 'object' && !schema.properties && schema.additionalProperties === undefined
  if (!open) return undefined
  return ts.factory.createTypeReferenceNode('Record', [
    ts.factory.createKeywordTypeNode(ts.SyntaxKind.StringKeyword),
    ts.factory.createKeywordTypeNode(ts.SyntaxKind.UnknownKeyword),
  ])
}

/** The text that `schema.d.ts` must have. */
export async function apiTypes() {
  const document = withoutFailures(JSON.parse(await readFile(source, 'utf8')))
  const nodes = await openapiTS(document, { alphabetize: true, defaultNonNullable: false, transform: openRecord })
  return `/** Made by \`npm run api\` from openapi.json: never edit. */\n\n${astToString(nodes)}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = await apiTypes()
  for (const target of TARGETS) await writeFile(target, text)
  console.log(`wrote ${TARGETS.join(', ')}`)
}
