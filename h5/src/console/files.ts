/** Files of a case: which ones there are, and how each can be looked at. */
import type { CaseMaterial } from './types'

export interface CaseFile {
  upload: string
  name: string
  title: string
}

export interface Paper {
  code: string
  name: string
  files: { upload: string; name: string; size: number | null }[]
  licenses: number
}

/** One line a material, however many files it has. */
export function papersOf(materials: CaseMaterial[]): Paper[] {
  const papers = new Map<string, Paper>()
  for (const one of materials) {
    const paper = papers.get(one.code) ?? { code: one.code, name: one.name, files: [], licenses: 0 }
    papers.set(one.code, paper)
    if (one.upload) {
      const number = paper.files.length + 1
      paper.files.push({ upload: one.upload, name: one.file_name ?? `文件 ${number}`, size: one.size })
    } else if (one.license) paper.licenses += 1
  }
  return [...papers.values()]
}

export const filesOf = (papers: Paper[]): CaseFile[] =>
  papers.flatMap((paper) => paper.files.map(({ upload, name }) => ({ upload, name, title: paper.name })))

export function sizeText(bytes: number | null): string {
  if (bytes === null) return ''
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}

// Not every browser draws HEIC; the dialog falls back when this one does not.
const IMAGES = new Set(['image/jpeg', 'image/png', 'image/heic', 'image/webp', 'image/gif'])

/** By what the server found the bytes to be. Anything else is only handed over as a file. */
export function viewOf(media: string): 'image' | 'pdf' | 'none' {
  if (IMAGES.has(media)) return 'image'
  return media === 'application/pdf' ? 'pdf' : 'none'
}
