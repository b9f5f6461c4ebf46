/**
 * Writes `.br` and `.gz` beside every text file of `dist`, so that the server only picks one.
 * Files under 1 KiB stay alone: the header would cost more than is saved.
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const DIST = new URL('../dist/', import.meta.url).pathname
const TEXT = new Set(['.html', '.js', '.css', '.svg', '.json', '.webmanifest', '.txt'])
const SMALLEST = 1024

const entries = await readdir(DIST, { recursive: true, withFileTypes: true })
let count = 0
for (const entry of entries) {
  const path = join(entry.parentPath, entry.name)
  if (!entry.isFile()) continue
  if (path.endsWith('.br') || path.endsWith('.gz')) {
    await rm(path)
    continue
  }
  if (!TEXT.has(extname(entry.name))) continue
  const text = await readFile(path)
  if (text.length < SMALLEST) continue
  const options = {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: text.length },
  }
  await writeFile(`${path}.br`, brotliCompressSync(text, options))
  await writeFile(`${path}.gz`, gzipSync(text, { level: 9 }))
  count += 1
}
console.log(`compressed ${count} files (br, gz)`)
