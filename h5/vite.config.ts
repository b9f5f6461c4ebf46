import { fileURLToPath, URL } from 'node:url'

import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/**
 * Two builds into one folder: the citizens' pages and, with `--mode console`, the consoles. Built together, Rollup
 * would keep in the shared Vue chunk whatever Element Plus uses of Vue, and citizens would download it.
 */
export default defineConfig(({ mode }) => {
  const consoles = mode === 'console'
  return {
    plugins: [vue()],
    resolve: { alias: { '@': here('./src') } },
    define: { __VUE_OPTIONS_API__: consoles || mode === 'development' || mode === 'test' },
    build: {
      target: ['es2020', 'safari14', 'chrome87'],
      manifest: consoles ? 'manifest-console.json' : 'manifest.json',
      emptyOutDir: !consoles,
      copyPublicDir: !consoles,
      assetsDir: consoles ? 'assets/console' : 'assets',
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      rollupOptions: { input: here(consoles ? './console/index.html' : './index.html') },
    },
    server: {
      proxy: {
        '/api': process.env.TF_API ?? 'http://127.0.0.1:8000',
        '/staff': process.env.TF_API ?? 'http://127.0.0.1:8000',
        '/publish': process.env.TF_API ?? 'http://127.0.0.1:8000',
        '/operate': process.env.TF_API ?? 'http://127.0.0.1:8000',
      },
    },
    test: {
      environment: 'jsdom',
      include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'],
      maxWorkers: 1,
    },
  }
})
