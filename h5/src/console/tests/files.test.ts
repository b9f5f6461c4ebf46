import { describe, expect, it } from 'vitest'

import { filesOf, papersOf, sizeText, viewOf } from '../files'
import { namesOf } from '../regions'

const given = (code: string, more: object) => ({
  code,
  name: `材料${code}`,
  upload: null,
  license: null,
  file_name: null,
  size: null,
  ...more,
})

describe('papers of a case', () => {
  it('are one line a material, with all its files, or the licence that spares it', () => {
    const papers = papersOf([
      given('a', { upload: 'u1', file_name: '正面.jpg', size: 10 }),
      given('b', { license: 'l1' }),
      given('a', { upload: 'u2' }),
      given('c', {}),
    ])
    expect(papers.map(({ code, files, licenses }) => [code, files.length, licenses])).toEqual([
      ['a', 2, 0],
      ['b', 0, 1],
      ['c', 0, 0],
    ])
    expect(filesOf(papers)).toEqual([
      { upload: 'u1', name: '正面.jpg', title: '材料a' },
      { upload: 'u2', name: '文件 2', title: '材料a' },
    ])
  })

  it('are shown by what the server found them to be', () => {
    expect(viewOf('image/png')).toBe('image')
    expect(viewOf('application/pdf')).toBe('pdf')
    for (const media of ['text/html', 'image/svg+xml', '']) expect(viewOf(media)).toBe('none')
  })

  it('say their size', () => {
    expect([sizeText(null), sizeText(900), sizeText(2048), sizeText(3_500_000)]).toEqual(['', '900 B', '2 KB', '3.3 MB'])
  })
})

describe('names of regions', () => {
  it('say the city of a county, and not the province', () => {
    const wuhou = { code: '510107', name: '武侯区', short: '武侯', kind: '市辖区', children: [] }
    const chengdu = { code: '510100', name: '成都市', short: '成都', kind: '副省级市', children: [wuhou] }
    const yuzhong = { code: '500103', name: '渝中区', short: '渝中', kind: '市辖区' }
    const names = namesOf([
      { code: '510000', name: '四川省', short: '四川', kind: '省', children: [chengdu] },
      { code: '500000', name: '重庆市', short: '重庆', kind: '直辖市', children: [yuzhong] },
    ])
    expect(Object.fromEntries(names)).toEqual({
      '510000': '四川省',
      '510100': '成都市',
      '510107': '成都市武侯区',
      '500000': '重庆市',
      '500103': '重庆市渝中区',
    })
  })
})
