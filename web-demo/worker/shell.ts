/** Serves the page without a network. A new version is kept beside the old one, and waits until the page activates this worker. */
import { cleanupOutdatedCaches } from 'workbox-precaching/cleanupOutdatedCaches.js';
import { createHandlerBoundToURL } from 'workbox-precaching/createHandlerBoundToURL.js';
import { precache } from 'workbox-precaching/precache.js';
import { registerRoute } from 'workbox-routing/registerRoute.js';

/** A line that the build puts before this script (cli/assets/shell-files.ts). */
declare const SHELL_FILES: { url: string; revision: string | null }[];

precache(SHELL_FILES);
cleanupOutdatedCaches();

for (const { url: path } of SHELL_FILES) {
  // The page itself is only at `/`, with any query. All other pages of this origin are the router's.
  const isPage = path === '/';
  registerRoute(
    ({ request, url, sameOrigin }) => sameOrigin && url.pathname === path && (request.mode === 'navigate') === isPage,
    createHandlerBoundToURL(path),
  );
}
