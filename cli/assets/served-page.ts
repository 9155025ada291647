/** A page in its served form: with its styles inside, and with headers that let nothing else run. */
import { createHash } from 'node:crypto';
import type { Files } from './build-pages.ts';
import type { Page } from './pages.ts';

export interface ServedPage {
  /** All of the page's files, with the page in its served form. */
  files: Files;
  /** The page's own part of `_headers`. */
  headers: string;
}

/** `connectTo`: origins that the page may call besides its own, such as a team's token server. */
export function servedPage(page: Page, built: Files, connectTo: readonly string[]): ServedPage {
  const files: Files = new Map(built);
  const html = withStyles(textOf(files, page.file), files);
  files.set(page.file, Buffer.from(html));
  return { files, headers: pageHeaders(page, html, connectTo) };
}

/** Puts the styles into the page. A separate stylesheet would cost a round trip before anything is visible. */
function withStyles(html: string, files: Files): string {
  return html.replaceAll(/<link rel="stylesheet"[^>]* href="\.(\/[^"]+)">/g, (_, path: string) => {
    const css = textOf(files, path).trim();
    if (/<\/style|@import|url\((?!["']?(?:data:|#))/i.test(css))
      throw new Error(
        `${path} refers to another file or ends its own element; the page's styles must be self-contained`,
      );
    files.delete(path);
    return `<style>${css}</style>`;
  });
}

function pageHeaders(page: Page, html: string, connectTo: readonly string[]): string {
  const policy = {
    'default-src': ["'none'"],
    'script-src': ["'self'", ...inlineHashes(html, 'script')],
    'style-src': ["'self'", ...inlineHashes(html, 'style')],
    'connect-src': ["'self'", ...connectTo],
    'img-src': ["'self'", 'data:'],
    ...(page.isApp && { 'manifest-src': ["'self'"], 'worker-src': ["'self'"] }),
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'frame-ancestors': ["'none'"],
    'require-trusted-types-for': ["'script'"],
    'trusted-types': [page.trustedTypes],
  };
  const lines = Object.entries(policy).map(([name, values]) => [name, ...values].join(' '));
  return `
${page.path}
  ! content-security-policy
  content-security-policy: ${lines.join('; ')}
  cache-control: no-cache
  cross-origin-opener-policy: same-origin
  permissions-policy: ${CLOSED.map((feature) => `${feature}=()`).join(', ')}

${page.assets}*
  cache-control: public, max-age=31536000, immutable
`;
}

/** Browser features that no page needs. */
const CLOSED = ['accelerometer', 'camera', 'display-capture', 'geolocation', 'gyroscope', 'hid'].concat([
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'serial',
  'usb',
  'xr-spatial-tracking',
]);

/** The hashes of inline elements' contents, as a browser computes them. */
function inlineHashes(html: string, element: 'script' | 'style'): string[] {
  const found = html.matchAll(new RegExp(`<${element}(?![^>]*\\bsrc=)[^>]*>(.*?)</${element}>`, 'gs'));
  return [...found].map(([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
}

function textOf(files: Files, path: string): string {
  const contents = files.get(path);
  if (contents === undefined) throw new Error(`Vite wrote no ${path}`);
  return Buffer.from(contents).toString('utf8');
}
