/**
 * The main module in plain workerd, in front of the router's own. A static file answers before the Worker does, as on Cloudflare. On
 * Cloudflare a service of the platform looks first. Here it is a lookup in a set, so API calls pass through no further service.
 */
import paths from './file-paths.json';
import worker from './worker.js';

export * from './worker.js';

const names = new Set(paths.map(nameOf));

export default {
  ...worker,
  fetch(request, env, ctx) {
    const isFile = names.has(nameOf(request.url)) && URL.canParse(request.url);
    return isFile ? fileOrAnswer(request, env, ctx) : worker.fetch(request, env, ctx);
  },
};

async function fileOrAnswer(request, env, ctx) {
  let file;
  try {
    file = await env.ASSETS.fetch(request);
  } catch (error) {
    // workerd passes a Host such as `a b` to us, but not on to another service. The Worker says what is wrong with it.
    if (!(error instanceof TypeError)) throw error;
    return worker.fetch(request, env, ctx);
  }
  return file.status === 404 ? worker.fetch(request, env, ctx) : zipped(request, file);
}

/**
 * Compresses text for browsers, as Cloudflare does. workerd compresses every response with `content-encoding: gzip`. As on Cloudflare, the
 * etag becomes weak.
 */
function zipped(request, file) {
  const { status, headers } = file;
  const isText = TEXT.test(headers.get('content-type') ?? '');
  if (status !== 200 || !isText || !ACCEPTS_GZIP.test(request.headers.get('accept-encoding') ?? '')) return file;
  const answer = new Response(request.method === 'HEAD' ? null : file.body, file);
  answer.headers.set('content-encoding', 'gzip');
  answer.headers.append('vary', 'accept-encoding');
  answer.headers.delete('content-length');
  const etag = headers.get('etag');
  if (etag?.startsWith('"')) answer.headers.set('etag', `W/${etag}`);
  return answer;
}

const TEXT = /^(?:text\/|image\/svg|application\/(?:json|manifest\+json))/;
const ACCEPTS_GZIP = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:$|,|\s))/;

/** The one name for all forms of a file's URL, redirected or not: `/a`, `/a/`, `/a.html`, `/a/index.html`, `//a`, `/%61`. */
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
