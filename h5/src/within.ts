/** The app whose built-in browser shows this page, or null. */
export function insideApp(agent = navigator.userAgent): '微信' | '支付宝' | null {
  if (/MicroMessenger/i.test(agent)) return '微信'
  if (/AlipayClient/i.test(agent)) return '支付宝'
  return null
}
