import preact from '@preact/preset-vite'
import { defineConfig } from 'vite'

/** The server that `npm run dev`-like work talks to; the built page is served by the server itself. */
const SERVER = 'http://127.0.0.1:3000'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [preact()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // the map's library is one file, loaded only where a map is shown
    chunkSizeWarningLimit: 1300,
    // CSP: nothing inline, so no file becomes a data: URL
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': { target: SERVER, ws: true } } },
})
