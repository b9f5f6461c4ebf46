import { api, type Schemas } from '@/api/call'

export type Region = Schemas['RegionOut']
let reading: Promise<Region[]> | null = null

/** The province with its cities and counties, read once. */
export function readRegions(): Promise<Region[]> {
  reading ??= api
    .get('/api/v1/regions')
    .then((tree) => tree.items)
    .catch((error: unknown) => {
      reading = null
      throw error
    })
  return reading
}

/** The name of a code; the code itself when nobody knows it. */
export function regionName(tree: Region[], code: string): string {
  for (const one of tree) {
    if (one.code === code) return one.name
    const inner = regionName(one.children ?? [], code)
    if (inner !== code) return `${one.code === '510000' ? '' : one.name}${inner}`
  }
  return code
}
