const TABS = ['/pages/home/home', '/pages/services/services', '/pages/messages/messages', '/pages/me/me']

/** `/matter/guide?id=…`: a path of this program with its values. */
export function path(page: string, values: Record<string, string> = {}): string {
  const query = Object.entries(values).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return query.length > 0 ? `${page}?${query.join('&')}` : page
}

export function go(url: string): void {
  if (TABS.includes(url.split('?')[0]!)) uni.switchTab({ url })
  // ten pages is all that a platform keeps: deeper, the page in front makes room
  else if (getCurrentPages().length >= 9) uni.redirectTo({ url })
  else uni.navigateTo({ url })
}

export function replace(url: string): void {
  if (TABS.includes(url.split('?')[0]!)) uni.switchTab({ url })
  else uni.redirectTo({ url })
}

export function back(): void {
  if (getCurrentPages().length > 1) uni.navigateBack()
  else uni.switchTab({ url: TABS[0]! })
}

/** A page's own value: platforms hand them over encoded. */
export function given(query: Record<string, string | undefined> | undefined, name: string): string {
  const raw = query?.[name] ?? ''
  try {
    return decodeURIComponent(raw)
  } catch {
    return raw
  }
}

export const say = (title: string) => uni.showToast({ title, icon: 'none', duration: 2500 })

export function confirm(title: string, content: string, confirmText: string): Promise<boolean> {
  return new Promise((done) => {
    uni.showModal({ title, content, confirmText, success: (answer) => done(answer.confirm), fail: () => done(false) })
  })
}
