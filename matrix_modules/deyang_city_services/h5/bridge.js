// 和平台说话的小程序库：window.tianfu(kind, body) 返回 Promise，失败时是 {code, message}。可以原样复制到自己的模块里。
'use strict'
;(() => {
  const waiting = new Map()
  let last = 0
  let give
  const port = new Promise((done) => (give = done))
  window.addEventListener('message', function first(event) {
    if (event.source !== window.parent || event.data?.tf !== 'bridge' || !event.ports[0]) return
    window.removeEventListener('message', first)
    event.ports[0].onmessage = ({ data }) => {
      const held = waiting.get(data.id)
      if (!held) return
      waiting.delete(data.id)
      if (data.ok) held.done(data.body)
      else held.failed(data.error)
    }
    give(event.ports[0])
  })
  window.tianfu = async (kind, body = {}) => {
    const to = await port
    const id = (last += 1)
    return new Promise((done, failed) => {
      waiting.set(id, { done, failed })
      to.postMessage({ v: 1, id, kind, body })
    })
  }
})()
