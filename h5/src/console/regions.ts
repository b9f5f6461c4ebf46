/** Names of regions, read once; codes are shown until then. */
import { shallowRef } from 'vue'

import { regionTree } from './api'
import type { Region } from './types'

const tree = shallowRef<Region[]>([])
const names = shallowRef(new Map<string, string>())
let reading: Promise<void> | null = null

/** Full names below their 市州, such as 成都市武侯区. */
export function namesOf(regions: Region[], above = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const region of regions) {
    found.set(region.code, above + region.name)
    // A province says nothing within it; a city does.
    const prefix = region.kind === '省' ? '' : above + region.name
    for (const [code, name] of namesOf(region.children ?? [], prefix)) found.set(code, name)
  }
  return found
}

async function fetchTree(): Promise<void> {
  try {
    tree.value = (await regionTree()).items
    names.value = namesOf(tree.value)
  } finally {
    reading = null
  }
}

export function useRegions() {
  const load = async () => {
    if (tree.value.length === 0) await (reading ??= fetchTree())
  }
  return { tree, load, name: (code: string) => names.value.get(code) ?? code }
}
