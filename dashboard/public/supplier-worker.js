// Keeps the supplier's page, so that it opens without a network: the page itself and what it names, nothing of the API.
const CACHE = 'supplier'
const PAGE = '/supplier'
/** A network that hangs is as good as none. */
const WAIT_MS = 4_000

/** Keeps this page with its files, and forgets those that it does not name any more. */
const keep = async (page) => {
  const cache = await caches.open(CACHE)
  const html = await page.clone().text()
  const files = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path)
  for (const path of files) if (!(await cache.match(path, { ignoreVary: true }))) await cache.add(path)
  // last, so that a kept page never names a file that is not there
  await cache.put(PAGE, page)
  for (const { url } of await cache.keys()) {
    const { pathname } = new URL(url)
    if (pathname !== PAGE && !files.includes(pathname)) await cache.delete(url)
  }
}

const ask = (signal) => fetch(PAGE, { headers: { accept: 'text/html' }, cache: 'no-cache', signal })

self.addEventListener('install', (event) => {
  event.waitUntil(ask().then(keep))
  self.skipWaiting()
})
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

const page = async (event) => {
  try {
    const fresh = await ask(AbortSignal.timeout(WAIT_MS))
    if (!fresh.ok) throw new Error(`answered ${fresh.status}`)
    event.waitUntil(keep(fresh.clone()))
    return fresh
  } catch (error) {
    const kept = await caches.match(PAGE, { ignoreVary: true })
    if (kept === undefined) throw error
    return kept
  }
}

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin) return
  if (request.mode === 'navigate') {
    if (pathname === PAGE || pathname === `${PAGE}/`) event.respondWith(page(event))
  } else if (pathname.startsWith('/assets/') || pathname === '/icon.svg')
    event.respondWith(caches.match(request, { ignoreVary: true }).then((kept) => kept ?? fetch(request)))
})
