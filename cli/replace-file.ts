import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * In one step: another command may be reading the file, or writing the same one. `draftsIn`: where it is written first, on the same disk;
 * for a directory of which every file counts.
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

/** Leaves a file alone that says so already: other commands may be reading it. */
export async function replaceChanged(path: string, text: string): Promise<void> {
  const present = await readFile(path, 'utf8').catch(() => undefined);
  if (present !== text) await replaceFile(path, text);
}
