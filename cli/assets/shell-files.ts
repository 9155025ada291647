/** What the demo's worker keeps, so that the page opens without a network: every file of the page, by address and revision. */
import { createHash } from 'node:crypto';
import type { Files } from './build-demo.ts';

/** As workbox-precaching takes it. */
export interface ShellFile {
  url: string;
  /** Null where the address itself changes with the contents. */
  revision: string | null;
}

const HASHED = '/demo-assets/';
const PAGE = '/index.html';
const OTHERS = ['/demo-icons/', '/manifest.webmanifest', '/travel.js'];

/** `headers`: those of the page, which its kept copy has too; with another policy it is another revision. */
export function shellFiles(files: Files, headers: string): ShellFile[] {
  const found = [...files].flatMap(([path, contents]): ShellFile[] => {
    if (path.startsWith(HASHED)) return [{ url: path, revision: null }];
    if (path === PAGE) return [{ url: '/', revision: revisionOf(contents, headers) }];
    return OTHERS.some((other) => path.startsWith(other)) ? [{ url: path, revision: revisionOf(contents) }] : [];
  });
  return found.sort((one, other) => (one.url < other.url ? -1 : 1));
}

function revisionOf(...parts: (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 16);
}
