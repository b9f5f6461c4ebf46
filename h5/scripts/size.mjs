/**
 * Fails the build when a citizen's first load (entry and home page: JavaScript and CSS, as gzip, the larger of the two
 * encodings) is over the limit, when it would load Element Plus, or when built text names a foreign host.
 */
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'

const LIMIT = 110 * 1024
const DIST = new URL('../dist/', import.meta.url).pathname
const HOME = 'src/pages/HomePage.vue'

const manifest = JSON.parse(await readFile(join(DIST, 'manifest.json'), 'utf8'))

/** Every file that a chunk needs before it runs: itself, its static imports and their styles. */
function closure(key, seen = new Set(), files = new Set()) {
  if (seen.has(key)) return files
  seen.add(key)
  const chunk = manifest[key]
  if (chunk === undefined) throw new Error(`no chunk ${key} in the manifest`)
  files.add(chunk.file)
  for (const css of chunk.css ?? []) files.add(css)
  for (const next of chunk.imports ?? []) closure(next, seen, files)
  return files
}

async function weigh(files) {
  let gzip = 0
  let brotli = 0
  for (const file of files) {
    const text = await readFile(join(DIST, file))
    gzip += gzipSync(text, { level: 9 }).length
    brotli += brotliCompressSync(text).length
  }
  return { gzip, brotli }
}

const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`
const faults = []

const first = closure('index.html')
if (manifest[HOME]) closure(HOME, new Set(), first)
const { gzip, brotli } = await weigh(first)
console.log(`first load (entry + home): ${kb(gzip)} gzip, ${kb(brotli)} brotli, ${first.size} files`)
if (gzip > LIMIT) faults.push(`first load is ${kb(gzip)} gzip, over ${kb(LIMIT)}`)

for (const [key, chunk] of Object.entries(manifest)) {
  if (!chunk.isDynamicEntry || !key.startsWith('src/pages/')) continue
  const own = [...closure(key)].filter((file) => !first.has(file))
  const weight = await weigh(own)
  console.log(`  ${key.slice('src/pages/'.length).padEnd(24)} +${kb(weight.gzip)} gzip`)
}

// Names of XML vocabularies are not addresses anybody calls.
const VOCABULARY = /^https?:\/\/(www\.w3\.org|json-schema\.org)\//
const entries = await readdir(DIST, { recursive: true, withFileTypes: true })
for (const entry of entries) {
  if (!entry.isFile() || !['.html', '.css', '.js'].includes(extname(entry.name))) continue
  const path = join(entry.parentPath, entry.name)
  const name = path.slice(DIST.length)
  const consoles = name.startsWith('assets/console') || name.startsWith('console/')
  const text = await readFile(path, 'utf8')
  if (!consoles && /--el-color-primary/.test(text)) faults.push(`${name} carries Element Plus`)
  // Scripts may hold addresses in messages; what loads by itself is in markup and styles.
  const loads =
    extname(name) === '.js'
      ? /(?:src|href)\s*[:=]\s*["'`]((?:https?:)?\/\/[^"'`]+)/g
      : /(https?:\/\/[^\s"')]+|(?<=[("'\s])\/\/[a-z0-9-]+\.[^\s"')]+)/gi
  for (const [, url] of text.matchAll(loads)) {
    if (!VOCABULARY.test(url)) faults.push(`${name} names the foreign host ${url}`)
  }
}

if (faults.length > 0) {
  for (const fault of faults) console.error(`✗ ${fault}`)
  process.exit(1)
}
