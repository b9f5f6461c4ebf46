import { api, got, type Schemas } from '@/api/client'

export type Region = Schemas['RegionOut']

let held: Region[] | null = null

/** 四川 with its 市州 and counties, 重庆 with its districts; read once a visit. */
export async function readRegions(signal?: AbortSignal): Promise<Region[]> {
  held ??= (await got(api.GET('/api/v1/regions', { signal }))).items
  return held
}

/** The full name of a code (`成都市武侯区`), or the code itself when nobody knows it. */
export function regionName(tree: Region[], code: string): string {
  for (const province of tree) {
    if (province.code === code) return province.name
    for (const city of province.children ?? []) {
      if (city.code === code) return province.code === '510000' ? city.name : province.name + city.name
      const county = (city.children ?? []).find((item) => item.code === code)
      if (county) return city.name + county.name
    }
  }
  return code
}
