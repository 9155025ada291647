/** The files that the demo's worker keeps so that the page opens without a network, by URL and revision. */
import { createHash } from 'node:crypto';
import type { Files } from './build-pages.ts';
import { DEMO } from './pages.ts';

/** An entry in workbox-precaching's form. */
export interface ShellFile {
  url: string;
  /** Null if the URL itself changes with the contents. */
  revision: string | null;
}

const OTHERS = ['/demo-icons/', '/manifest.webmanifest', '/travel.js'];

/** `headers`: the page's headers. The kept copy includes them, so another policy makes another revision. */
export function shellFiles(files: Files, headers: string): ShellFile[] {
  const found = [...files].flatMap(([path, contents]): ShellFile[] => {
    if (path.startsWith(DEMO.assets)) return [{ url: path, revision: null }];
    if (path === DEMO.file) return [{ url: '/', revision: revisionOf(contents, headers) }];
    return OTHERS.some((other) => path.startsWith(other)) ? [{ url: path, revision: revisionOf(contents) }] : [];
  });
  return found.sort((one, other) => (one.url < other.url ? -1 : 1));
}

function revisionOf(...parts: (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 16);
}
