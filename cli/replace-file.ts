import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Replaces a file in one step, because another command may be reading or writing it. `draftsIn`: another directory on the same disk for the
 * draft, for a target in a directory whose files all count.
 */
export async function replaceFile(
  path: string,
  contents: string | Uint8Array,
  draftsIn = dirname(path),
): Promise<void> {
  const draft = join(draftsIn, `${basename(path)}.${process.pid}.tmp`);
  await writeFile(draft, contents);
  await rename(draft, path);
}

/** Replaces a file unless it has this text already, because other commands may be reading it. */
export async function replaceChanged(path: string, text: string): Promise<void> {
  const present = await readFile(path, 'utf8').catch(() => undefined);
  if (present !== text) await replaceFile(path, text);
}
