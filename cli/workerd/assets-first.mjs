/**
 * The main module in plain workerd, in front of the router's own: a static file answers before the Worker does, as on Cloudflare.
 * There a service of the platform looks first; here a look into a set, so that a call of the API passes through no further service.
 */
import paths from './file-paths.json';
import worker from './worker.js';

export * from './worker.js';

const names = new Set(paths.map(nameOf));

export default {
  ...worker,
  async fetch(request, env, ctx) {
    if (names.has(nameOf(request.url))) {
      const file = await env.ASSETS.fetch(request);
      if (file.status !== 404) return file;
    }
    return worker.fetch(request, env, ctx);
  },
};

/** What the forms of a file's address have in common, whichever of them are redirected: `/a`, `/a/`, `/a.html`, `/a/index.html`, `//a`, `/%61`. */
function nameOf(url) {
  const start = url.startsWith('/') ? 0 : url.indexOf('/', url.indexOf('//') + 2);
  if (start === -1) return '';
  const end = url.slice(start).search(/[?#]/);
  let path = url.slice(start, end === -1 ? undefined : start + end);
  if (path.includes('%')) path = decoded(path);
  if (path.includes('//')) path = path.replaceAll(/\/{2,}/g, '/');
  return path.replace(/(?:\/index)?(?:\.html)?\/?$/, '');
}

function decoded(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
