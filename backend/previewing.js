// Shown by `modules preview` alone: reloads the page when the folder changed, and lists what the checker found in it.
(() => {
  const again = 500
  let seen
  let told = ''
  let open = true

  const element = (name, text, style) => {
    const made = document.createElement(name)
    if (text) made.textContent = text
    if (style) made.style.cssText = style
    return made
  }

  const panel = element('aside', '', 'position:fixed;left:0;right:0;bottom:0;z-index:9000;max-height:50vh;overflow:auto;' +
    'padding:10px 16px;font-size:15px;line-height:1.5;background:#fffbe6;color:#222;border-top:3px solid #b26a00')
  panel.id = 'preview'
  panel.setAttribute('role', 'status')

  const show = (state) => {
    const errors = state.findings.filter((item) => item.severity === 'error').length
    const rest = state.findings.length - errors
    panel.style.borderTopColor = errors ? '#b00020' : rest ? '#b26a00' : '#14625a'
    const head = errors
      ? `${errors} 处错误` + (state.serving ? '，页面还是上一个没有错误的版本' : '，改好后这里就会显示')
      : state.serving ? `正在显示 ${state.serving}` + (rest ? `，${rest} 处提醒` : '') : '正在读取模块'
    const title = element('strong', `预览 ${state.module}：${head}`)
    const fold = element('button', open ? '收起' : '展开', 'float:right;min-width:44px;min-height:44px')
    fold.type = 'button'
    fold.onclick = () => {
      open = !open
      show(state)
    }
    panel.replaceChildren(fold, title)
    if (open) {
      const list = element('ul', '', 'margin:6px 0 0;padding-left:20px')
      for (const item of state.findings) {
        const place = item.line ? `${item.file}:${item.line}` : item.file
        const word = item.severity === 'error' ? '错误' : '提醒'
        const line = element('li', `${place} ${word} ${item.message}${item.mend ? `（${item.mend}）` : ''}`)
        list.append(line)
      }
      for (const matter of state.matters) {
        const line = element('li')
        const link = element('a', `看事项：${matter.name}`)
        link.href = `/matters/${matter.id}`
        line.append(link)
        list.append(line)
      }
      panel.append(list)
    }
    if (!panel.isConnected) document.body.append(panel)
  }

  const look = async () => {
    try {
      const answer = await fetch('/preview/state', { cache: 'no-store' })
      const text = await answer.text()
      const state = JSON.parse(text)
      if (seen !== undefined && state.serving !== seen) {
        location.reload()
        return
      }
      seen = state.serving
      if (text !== told) show(state)
      told = text
    } catch {
      // the copy is being stopped, or restarted
    }
    setTimeout(look, again)
  }
  look()
})()
