// Keeps the page for offline use: every file under one version, taken from the cache first. Pictures never come here but by sharing.
/* global PRECACHE */
importScripts('pkg/precache.js');

const CACHE = `watermark-${PRECACHE.version}`;
const SHARED = 'shared-files';

addEventListener('install', (event) => {
  const urls = ['./', ...PRECACHE.files].map((name) => new Request(name, { cache: 'no-cache' }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(urls)).then(() => skipWaiting()));
});

addEventListener('activate', (event) => {
  const old = (names) => names.filter((name) => name.startsWith('watermark-') && name !== CACHE);
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))).then(() => clients.claim()));
});

addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== location.origin) return;
  if (event.request.method === 'POST' && url.pathname.endsWith('/share')) {
    event.respondWith(share(event.request));
  } else if (event.request.method === 'GET') {
    event.respondWith(caches.open(CACHE)
      .then((cache) => cache.match(event.request, { ignoreSearch: event.request.mode === 'navigate' }))
      .then((found) => found ?? fetch(event.request)));
  }
});

/** Pictures that another app shares: laid down for the page, which takes them away again. */
async function share(request) {
  const cache = await caches.open(SHARED);
  const form = await request.formData();
  for (const file of form.getAll('images')) {
    await cache.put(new Request(`shared/${encodeURIComponent(file.name)}`), new Response(file, { headers: { 'content-type': file.type } }));
  }
  return Response.redirect('./?shared', 303);
}
