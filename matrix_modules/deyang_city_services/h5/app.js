'use strict'
const at = (id) => document.getElementById(id)
const say = (text) => (at('state').textContent = text)

tianfu('style').then(({ mode }) => (document.documentElement.dataset.mode = mode))

function line(columns, row) {
  const item = document.createElement('li')
  item.textContent = columns.map((column) => `${column.title}：${row[column.key] ?? '—'}`).join('　')
  return item
}

at('ask').addEventListener('submit', async (event) => {
  event.preventDefault()
  const date = new Date(Date.now() + 8 * 3600 * 1000).toISOString().slice(0, 10) // 北京时间的今天
  const params = { region: '510600', category: at('category').value, date }
  at('answer').hidden = true
  say('正在查询…')
  try {
    const found = await tianfu('call', { matter: 'price_query', params })
    say(found.rows.length > 0 ? '' : '没有查到相关记录')
    at('title').textContent = found.title
    at('rows').replaceChildren(...found.rows.map((row) => line(found.columns, row)))
    at('source').textContent = `${found.department}提供${found.sample ? '。这是演示数据，不是真实信息' : ''}`
    at('answer').hidden = false
    at('title').focus()
  } catch (error) {
    say(error.message)
  }
})
at('back').addEventListener('click', () => tianfu('close'))
