/** Asks before something that cannot be taken back. Loaded only when somebody asks. */
export interface Question {
  title: string
  message: string
  yes: string
  no?: string
}

/** True when the person agreed; closing it any other way is a no. */
export async function confirm({ title, message, yes, no = '不了' }: Question): Promise<boolean> {
  // The styles one by one: the component's own list brings an icon font from another host.
  const [{ showConfirmDialog }] = await Promise.all([
    import('vant/es/dialog'),
    import('vant/es/style/base.css'),
    import('vant/es/overlay/index.css'),
    import('vant/es/popup/index.css'),
    import('vant/es/button/index.css'),
    import('vant/es/dialog/index.css'),
  ])
  try {
    await showConfirmDialog({ title, message, confirmButtonText: yes, cancelButtonText: no })
    return true
  } catch {
    return false
  }
}
