/** Which addresses a link may have. */

const SCHEMES = new Set(['http:', 'https:', 'mailto:']);

/**
 * The address in its normal form, or null if it must not be a link. Relative addresses are no links, because they would lead into this
 * page.
 */
export function safeHref(href: string): string | null {
  const url = URL.parse?.(href) ?? parse(href);
  if (url === null || !SCHEMES.has(url.protocol)) return null;
  // `https://known.example@evil.example` looks like what it is not.
  return url.username === '' && url.password === '' ? url.href : null;
}

function parse(href: string): URL | null {
  try {
    return new URL(href);
  } catch {
    return null;
  }
}
