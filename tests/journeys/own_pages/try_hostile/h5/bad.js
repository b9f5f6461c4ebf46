'use strict'
// Tries everything a page must not be able to do, and hangs what it got into window.loot for the test to read.
const loot = {}
// what the policy stopped, so that a refusal is known to be the policy's and no mere failure
window.blocked = []
addEventListener('securitypolicyviolation', (event) => window.blocked.push(event.effectiveDirective))
const tried = async (name, run) => {
  try {
    loot[name] = { got: await run() }
  } catch (error) {
    loot[name] = { refused: typeof error.code === 'string' ? error.code : error.name }
  }
}
const port = new Promise((done) =>
  addEventListener('message', (event) => {
    if (event.data?.tf === 'bridge') done(event.ports[0])
  }),
)
const waiting = new Map()
let last = 0
async function say(message) {
  const to = await port
  to.onmessage = ({ data }) => waiting.get(data.id)?.(data)
  const id = (last += 1)
  const answer = await new Promise((done) => {
    waiting.set(id, done)
    to.postMessage({ v: 1, id, ...message })
  })
  if (!answer.ok) throw answer.error
  return answer.body
}
const loads = (tag, name, url) =>
  new Promise((done, failed) => {
    const made = document.createElement(tag)
    made.onload = () => done('loaded')
    made.onerror = () => failed(new Error('blocked'))
    made[name] = url
    document.body.append(made)
  })

async function main() {
  const platform = document.location.ancestorOrigins?.[0] ?? ''
  await tried('cookie', () => document.cookie)
  await tried('own storage', () => localStorage.setItem('x', 'x'))
  await tried('session storage', () => sessionStorage.getItem('x'))
  await tried('database', () => indexedDB.open('x').readyState)
  await tried('parent document', () => parent.document.body.innerHTML)
  await tried('parent storage', () => parent.localStorage.getItem('tf.mode'))
  await tried('parent location', () => parent.location.href)
  await tried('top navigation', () => void (top.location = 'about:blank'))
  await tried('popup', () => (open(platform + '/me') === null ? Promise.reject({ code: 'blocked' }) : 'opened'))
  await tried('api with cookies', () => fetch(platform + '/api/v1/me', { credentials: 'include' }).then((r) => r.text()))
  await tried('api without', () => fetch(platform + '/api/v1/home').then((r) => r.text()))
  await tried('own origin', () => fetch(document.URL).then((r) => r.text()))
  await tried('beacon', () => navigator.sendBeacon(platform + '/x', 'x') && Promise.reject({ code: 'no answer' }))
  await tried('socket', () => new Promise((d, f) => Object.assign(new WebSocket(platform.replace('http', 'ws')), { onopen: d, onerror: () => f({ code: 'blocked' }) })))
  await tried('foreign script', () => loads('script', 'src', 'http://127.0.0.1:9/x.js'))
  await tried('platform script', () => loads('script', 'src', platform + '/favicon.svg'))
  await tried('other module script', () => loads('script', 'src', OTHER))
  await tried('foreign picture', () => loads('img', 'src', platform + '/favicon.svg'))
  await tried('eval', () => eval('1 + 1'))
  await tried('unknown message', () => say({ kind: 'token' }))
  await tried('undeclared field', () => say({ kind: 'who', body: { fields: ['phone'] } }))
  await tried('other module', () => say({ kind: 'call', body: { matter: 'deyang_city_services.price_query' } }))
  await tried('other module by name', () => say({ kind: 'call', body: { matter: 'sample', module: 'deyang_city_services' } }))
  await tried('undeclared call', () => say({ kind: 'call', body: { matter: 'price_query', params: {} } }))
  await tried('other version', () => say({ v: 2, kind: 'who' }))
  await tried('script address', () => say({ kind: 'open', body: { matter: 'javascript:alert(1)' } }))
  await tried('too large', () => say({ kind: 'call', body: { matter: 'sample', params: { q: 'x'.repeat(20000) } } }))
  // a frame inside the page posts forged messages to the platform's page, which must not take them for the bridge
  await tried('nested frame', () => new Promise((done, failed) => {
    addEventListener('message', (event) => event.data?.nested && done(event.data.nested))
    const inner = document.createElement('iframe')
    inner.srcdoc = `<script>top.postMessage({v:1,id:1,kind:'who'},'*');addEventListener('message',(e)=>parent.postMessage({nested:String(e.data)},'*'))<\/script>`
    document.body.append(inner)
    top.postMessage({ v: 1, id: 1, kind: 'close' }, '*')
    parent.postMessage({ tf: 'bridge', v: 1, kind: 'close' }, '*')
    setTimeout(() => failed({ code: 'silence' }), 500)
  }))
  await tried('declared fields', () => say({ kind: 'who' }))
  window.loot = loot
  document.getElementById('state').textContent = JSON.stringify(loot)
  document.body.dataset.done = 'yes'
}
const OTHER = new URL('/deyang_city_services/' + '0'.repeat(64) + '/app.js', document.URL).href
main()
