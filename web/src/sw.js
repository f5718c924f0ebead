// Offline shell. The API is never cached: /api/ always goes to the network.
const CACHE = 'tradewind-__VERSION__';
const SHELL = ['/color-scheme.js', '/manifest.webmanifest', ...__SHELL__];
const CHUNKS = __CHUNKS__;

self.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      // The server gives its page only to those who ask for HTML.
      await cache.add(new Request('/', { headers: { Accept: 'text/html' } }));
      await cache.addAll(SHELL);
    })(),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const key of await caches.keys()) if (key !== CACHE) await caches.delete(key);
      await self.clients.claim();
    })(),
  );
});

self.addEventListener('message', (event) => {
  if (event.data === 'skip-waiting') self.skipWaiting();
  // Route chunks come after the first page has painted, so that pages never opened work offline.
  if (event.data === 'precache') {
    event.waitUntil(
      caches.open(CACHE).then((cache) => Promise.allSettled(CHUNKS.map((url) => cache.add(url)))),
    );
  }
});

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== location.origin) return;
  if (url.pathname.startsWith('/api/')) return;
  if (event.request.mode === 'navigate') {
    event.respondWith(fetch(event.request).catch(() => caches.match('/', { ignoreVary: true })));
    return;
  }
  if (url.pathname.startsWith('/assets/') || SHELL.includes(url.pathname)) {
    event.respondWith(caches.match(event.request).then((hit) => hit ?? fetch(event.request)));
  }
});
