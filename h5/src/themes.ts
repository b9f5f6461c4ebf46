/** Drawings of themes, by the theme's code. */
const ICONS: Record<string, string> = {
  'sheng-yu-shou-yang': 'baby',
  'hu-ji-ban-li': 'house',
  'jiao-yu-ke-yan': 'book',
  'jiu-ye-chuang-ye': 'work',
  'she-li-bian-geng': 'shop',
  'zhun-ying-zhun-ban': 'paper',
  'zhi-ye-zi-ge': 'work',
  'xing-zheng-jiao-fei': 'coin',
  'hun-yin-deng-ji': 'heart',
  'zhu-fang-bao-zhang': 'home',
  'she-hui-bao-zhang': 'shield',
  'zheng-jian-ban-li': 'card',
  'jiao-tong-chu-xing': 'car',
  'jiao-tong-yun-shu': 'car',
  'chu-jing-ru-jing': 'globe',
  'si-fa-gong-zheng': 'scales',
  'huan-bao-lv-hua': 'leaf',
  'gong-yong-shi-ye': 'flash',
  'yi-liao-wei-sheng': 'cross',
  'li-zhi-tui-xiu': 'leaf',
  'ren-li-zi-yuan': 'person',
  'shui-shou-cai-wu': 'coin',
}

export const themeIcon = (code: string): string => ICONS[code] ?? 'grid'
