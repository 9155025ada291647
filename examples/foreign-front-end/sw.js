// This front end's own service worker. The first line brings travel mode; the rest keeps the page itself for offline visits.
importScripts('https://ROUTER/sw.js');

const SHELL = 'shell-1';
const FILES = ['/', '/style.css', '/app.js', '/events.js', 'https://ROUTER/travel.js'];

addEventListener('install', (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(FILES)));
});

addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== 'GET' || !FILES.includes(origin === location.origin ? pathname : origin + pathname))
    return;
  event.respondWith(fetch(event.request).catch(() => caches.match(event.request, { ignoreSearch: true })));
});
