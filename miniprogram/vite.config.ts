import { fileURLToPath } from 'node:url'

import uniPlugin from '@dcloudio/vite-plugin-uni'
import { defineConfig } from 'vite'

// The plugin is CommonJS: under ES modules its function is one level deeper.
const uni = (uniPlugin as unknown as { default?: typeof uniPlugin }).default ?? uniPlugin

export default defineConfig({
  plugins: [uni()],
  resolve: { alias: { '@h5': fileURLToPath(new URL('../h5/src', import.meta.url)) } },
  // Both platforms' engines on the oldest phones that still get updates know this much.
  build: { target: 'es2018', sourcemap: false },
})
