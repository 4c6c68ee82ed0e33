import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import preact from '@preact/preset-vite'
import { defineConfig, type Plugin } from 'vite'

/** The server that `npm run dev`-like work talks to; the built page is served by the server itself. */
const SERVER = 'http://127.0.0.1:3000'

/** Compressed once, at the build, beside each file: the server sends these and compresses nothing itself. */
const compressed = (): Plugin => ({
  name: 'compressed',
  apply: 'build',
  writeBundle({ dir = '' }) {
    for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
      if (!/\.(m?js|css|html|svg|json)$/.test(name)) continue
      const bytes = readFileSync(join(dir, name))
      writeFileSync(join(dir, `${name}.gz`), gzipSync(bytes, { level: 9 }))
      writeFileSync(
        join(dir, `${name}.br`),
        brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
      )
    }
  },
})

export default defineConfig({
  root: import.meta.dirname,
  plugins: [preact(), compressed()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // the map's library is one file, loaded only where a map is shown
    chunkSizeWarningLimit: 1300,
    // CSP: nothing inline, so no file becomes a data: URL
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: [join(import.meta.dirname, 'index.html'), join(import.meta.dirname, 'supplier.html')],
    },
  },
  server: { proxy: { '/api': { target: SERVER, ws: true } } },
})
