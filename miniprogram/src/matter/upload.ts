/** Sends a file of the phone in pieces that survive a lost network. The pieces go as base64: Alipay sends no bytes. */
import { api, wait, type Schemas } from '@/api/call'
import { ApiError } from '@/api/problem'
import { newKey } from '@/lib/key'
import { platform } from '@/platform'

export interface Picked {
  path: string
  name: string
  size: number
}

// Beneath the limit of one piece of text (180 KiB).
const PIECE = 150 * 1024
const PAUSES = [1000, 2000, 4000, 8000, 15000]

/** The finished upload, or the refused one with its reason. Throws ApiError when it cannot go on. */
export async function upload(file: Picked, progress: (sent: number) => void, gone: () => boolean): Promise<Schemas['UploadOut']> {
  let failures = 0
  let state = await api.post('/api/v1/uploads', { body: { name: file.name, size: file.size }, key: newKey() })
  while (state.state === 'open' && !gone()) {
    progress(state.offset)
    const length = Math.min(PIECE, file.size - state.offset)
    const data = await platform.read(file.path, state.offset, length)
    try {
      state = await api.post('/api/v1/uploads/{upload}/text-pieces', {
        path: { upload: state.id },
        body: { offset: state.offset, data },
        seconds: 90,
      })
      failures = 0
    } catch (error) {
      const unsure = error instanceof ApiError && (error.offline || error.passing || error.status === 409 || error.status === 429)
      const pause = PAUSES[failures]
      if (!unsure || pause === undefined) throw error
      failures += 1
      await wait(pause)
      // nobody knows how much arrived: ask before sending again
      state = await api.get('/api/v1/uploads/{upload}', { path: { upload: state.id } }).catch(() => state)
    }
  }
  return state
}

/** A photo of the camera or the album; null when the person left. */
export function pick(count: number): Promise<Picked[]> {
  return new Promise((done, fail) => {
    uni.chooseImage({
      count,
      sizeType: ['compressed'],
      success: (answer) => {
        const files = answer.tempFiles as { path?: string; size: number }[] | undefined
        const paths = answer.tempFilePaths as string[]
        done(
          paths.map((path, at) => ({ path, name: named(path, at), size: files?.[at]?.size ?? 0 })),
        )
      },
      fail: (why: { errMsg?: string; error?: number }) =>
        /cancel/i.test(why.errMsg ?? '') || why.error === 11
          ? done([])
          : fail(new ApiError('phone.refused', -1, '没有打开相机或相册', '请在手机设置里允许使用相机和相册，再试一次。')),
    })
  })
}

function named(path: string, at: number): string {
  const ending = /\.(jpe?g|png|heic)$/i.exec(path)?.[1]?.toLowerCase() ?? 'jpg'
  return `照片${at + 1}.${ending}`
}
