/** Looks at a chosen file before it is sent, and makes a phone's big photo small enough for a weak network. */

export interface Limits {
  formats: string[]
  max_mb: number
}

const KINDS: Record<string, string[]> = {
  jpg: ['image/jpeg'],
  jpeg: ['image/jpeg'],
  png: ['image/png'],
  pdf: ['application/pdf'],
  ofd: ['application/ofd', 'application/octet-stream'],
  heic: ['image/heic', 'image/heif'],
}

const BIG_PHOTO = 1.5 * 1024 * 1024
const LONGEST = 2400

/** `accept` of the file input. Photos are allowed wherever one image format is: phones hand out what they like. */
export function accept(formats: string[]): string {
  const list = formats.flatMap((format) => [`.${format}`, ...(KINDS[format] ?? [])])
  return [...new Set(list)].filter((item) => item !== 'application/octet-stream').join(',')
}

const extension = (name: string) => (/\.([^.]+)$/.exec(name)?.[1] ?? '').toLowerCase()

/** Why this file will not be taken, in a sentence, or null. The server looks into the content again. */
export function fileFault(file: { name: string; size: number; type: string }, limits: Limits): string | null {
  if (file.size === 0) return '这个文件是空的，请换一个'
  const allowed = limits.formats.flatMap((format) => KINDS[format] ?? [])
  const known = limits.formats.includes(extension(file.name)) || allowed.includes(file.type)
  if (limits.formats.length > 0 && !known) return `只能上传 ${limits.formats.join('、')} 格式的文件`
  if (file.size > limits.max_mb * 1024 * 1024) return `文件超过 ${limits.max_mb} MB，请压缩后再传`
  return null
}

export function sizeText(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`
}

/** The same photo with its longest side at most 2,400 pixels; the file itself when that is no gain or not possible. */
export async function shrink(file: File): Promise<File> {
  if (!/^image\/(jpeg|png)$/.test(file.type) || file.size < BIG_PHOTO || !('createImageBitmap' in window)) return file
  try {
    const image = await createImageBitmap(file, { imageOrientation: 'from-image' })
    const scale = Math.min(1, LONGEST / Math.max(image.width, image.height))
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(image.width * scale)
    canvas.height = Math.round(image.height * scale)
    const pen = canvas.getContext('2d')
    if (!pen) return file
    pen.fillStyle = '#fff'
    pen.fillRect(0, 0, canvas.width, canvas.height)
    pen.drawImage(image, 0, 0, canvas.width, canvas.height)
    image.close()
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', 0.85))
    if (!blob || blob.size >= file.size) return file
    return new File([blob], file.name.replace(/\.[^.]+$/, '') + '.jpg', { type: 'image/jpeg' })
  } catch {
    return file // a picture that the browser cannot read is for the server to judge
  }
}
