/**
 * Builds one platform: `node scripts/build.mjs wechat|alipay`. Takes from the environment
 * TF_API (address of the API, https, required), TF_WECHAT_APPID / TF_ALIPAY_APPID (for an upload; without one the output
 * is for tests only), TF_OUT (folder for the output).
 */
import { spawnSync } from 'node:child_process'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import path from 'node:path'

const PLATFORMS = { wechat: 'mp-weixin', alipay: 'mp-alipay' }
const root = fileURLToPath(new URL('..', import.meta.url))
const platform = process.argv[2]
const target = PLATFORMS[platform]
const api = process.env.TF_API ?? ''
if (!target) throw new Error('usage: node scripts/build.mjs wechat|alipay')
if (!/^https:\/\/[\w.-]+(:\d+)?$/.test(api)) throw new Error('TF_API must be the https address of the API, without a path')

const out = path.resolve(process.env.TF_OUT ?? path.join(root, 'dist', platform))
await rm(out, { recursive: true, force: true })
const built = spawnSync(process.execPath, [path.join(root, 'node_modules/@dcloudio/vite-plugin-uni/bin/uni.js'), 'build', '-p', target], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, VITE_API: api, UNI_OUTPUT_DIR: out, NODE_ENV: 'production' },
})
if (built.status !== 0) process.exit(built.status ?? 1)

/** uni-app puts a shadow picture of a host of its own into the base style of Alipay's output. */
async function* files(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const name = path.join(folder, entry.name)
    if (entry.isDirectory()) yield* files(name)
    else yield name
  }
}
const FOREIGN = /url\((['"]?)https?:\/\/[^)]*\1\)/g
for await (const name of files(out)) {
  if (!/\.(acss|wxss)$/.test(name)) continue
  const text = await readFile(name, 'utf8')
  if (FOREIGN.test(text)) await writeFile(name, text.replace(FOREIGN, 'none'))
}

const config = path.join(out, platform === 'wechat' ? 'project.config.json' : 'mini.project.json')
const appid = platform === 'wechat' ? process.env.TF_WECHAT_APPID : process.env.TF_ALIPAY_APPID
if (appid) {
  const held = JSON.parse(await readFile(config, 'utf8').catch(() => '{}'))
  await writeFile(config, JSON.stringify({ ...held, appid }, null, 2))
} else console.log(`no app id: ${out} can be tested, not uploaded`)
