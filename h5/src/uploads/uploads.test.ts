import { describe, expect, it } from 'vitest'

import { ApiError, offline } from '@/api/problem'

import { accept, fileFault, sizeText } from './prepare'
import { upload, type Progress, type UploadServer, type UploadState } from './resumable'

const CHUNK = 4

/** jsdom's Blob cannot give its text by itself. */
const read = (bytes: Blob) =>
  new Promise<string>((done) => {
    const reader = new FileReader()
    reader.onload = () => done(String(reader.result))
    reader.readAsText(bytes)
  })

/** A server that keeps bytes in order, as ours does, with troubles on order. */
class Server implements UploadServer {
  bytes = ''
  announced: string[] = []
  sent: [number, number][] = []
  looked = 0
  /** What happens to the next sends: `lost` before it arrives, `swallowed` after, `moved` for a wrong offset. */
  troubles: ('lost' | 'swallowed' | 'moved' | 'refused' | 'denied')[] = []
  final: 'complete' | 'refused' = 'complete'
  constructor(readonly size: number) {}

  private state(): UploadState {
    const whole = this.bytes.length === this.size
    return {
      id: 'u1',
      name: 'a.jpg',
      size: this.size,
      offset: this.bytes.length,
      content_type: 'image/jpeg',
      state: whole ? this.final : 'open',
      message: whole && this.final === 'refused' ? '照片打不开' : null,
      chunk_size: CHUNK,
    }
  }
  announce = (_: unknown, key: string) => {
    this.announced.push(key)
    if (this.troubles[0] === 'denied') throw new ApiError('x', 422, '不行')
    return Promise.resolve(this.state())
  }
  send = async (_: string, bytes: Blob, from: number, to: number) => {
    this.sent.push([from, to])
    const text = await read(bytes)
    const trouble = this.troubles.shift()
    if (trouble === 'lost') throw offline()
    if (trouble === 'moved') {
      this.bytes += text
      throw new ApiError('cases.wrong_offset', 409, '文件要接着上次的位置传')
    }
    if (from !== this.bytes.length) throw new ApiError('cases.wrong_offset', 409, '位置不对')
    this.bytes += text
    if (trouble === 'swallowed') throw offline()
    return this.state()
  }
  look = () => {
    this.looked += 1
    return Promise.resolve(this.state())
  }
}

const TEXT = '0123456789'
const file = new File([TEXT], 'a.jpg', { type: 'image/jpeg' })
const go = (server: Server, seen: Progress[] = [], signal = new AbortController().signal) =>
  upload(file, { signal, server, progress: (progress) => seen.push(progress), pauses: [0, 0, 0] })

describe('an upload', () => {
  it('sends the file in order, piece by piece', async () => {
    const server = new Server(TEXT.length)
    const seen: Progress[] = []
    expect((await go(server, seen)).state).toBe('complete')
    expect(server.sent).toEqual([
      [0, 4],
      [4, 8],
      [8, 10],
    ])
    expect(server.bytes).toBe(TEXT)
    expect(seen.at(-1)).toEqual({ sent: 10, total: 10, waiting: false })
  })

  it('goes on where it stopped after the network was lost', async () => {
    const server = new Server(TEXT.length)
    server.troubles = ['lost']
    const seen: Progress[] = []
    await go(server, seen)
    expect(server.bytes).toBe(TEXT)
    expect(server.sent[1]).toEqual([0, 4])
    expect(seen.some((progress) => progress.waiting)).toBe(true)
  })

  it('does not send again what had arrived before the answer was lost', async () => {
    const server = new Server(TEXT.length)
    server.troubles = ['swallowed']
    await go(server)
    expect(server.bytes).toBe(TEXT)
    expect(server.sent.filter(([from]) => from === 0)).toHaveLength(1)
    expect(server.looked).toBe(1)
  })

  it('believes the server about the place to go on', async () => {
    const server = new Server(TEXT.length)
    server.troubles = ['moved']
    await go(server)
    expect(server.bytes).toBe(TEXT)
  })

  it('gives up when nothing gets through any more', async () => {
    const server = new Server(TEXT.length)
    server.troubles = Array.from({ length: 9 }, () => 'lost' as const)
    await expect(go(server)).rejects.toMatchObject({ code: 'net.offline' })
    expect(server.sent).toHaveLength(4)
  })

  it('tells why a file was refused', async () => {
    const server = new Server(TEXT.length)
    server.final = 'refused'
    expect(await go(server)).toMatchObject({ state: 'refused', message: '照片打不开' })
  })

  it('does not try again what was refused for good', async () => {
    const server = new Server(TEXT.length)
    server.troubles = ['denied']
    await expect(go(server)).rejects.toMatchObject({ status: 422 })
    expect(server.announced).toHaveLength(1)
  })
})

describe('a chosen file', () => {
  const limits = { formats: ['jpg', 'pdf'], max_mb: 1 }
  it.each([
    ['a photo', { name: 'a.JPG', size: 10, type: 'image/jpeg' }, null],
    ['a photo whose name says nothing', { name: 'image', size: 10, type: 'image/jpeg' }, null],
    ['a video', { name: 'a.mp4', size: 10, type: 'video/mp4' }, '只能上传 jpg、pdf 格式的文件'],
    ['too much', { name: 'a.pdf', size: 2 * 1024 * 1024, type: 'application/pdf' }, '文件超过 1 MB，请压缩后再传'],
    ['nothing', { name: 'a.pdf', size: 0, type: 'application/pdf' }, '这个文件是空的，请换一个'],
  ])('%s', (_, chosen, wanted) => expect(fileFault(chosen, limits)).toBe(wanted))

  it('is asked for by kind', () => expect(accept(['jpg', 'pdf'])).toBe('.jpg,image/jpeg,.pdf,application/pdf'))
  it('has a size in words', () => {
    expect(sizeText(300)).toBe('1 KB')
    expect(sizeText(3.5 * 1024 * 1024)).toBe('3.5 MB')
  })
})
