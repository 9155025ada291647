import { rename, writeFile } from 'node:fs/promises';

/** In one step: another command may be reading the file, or writing the same one. */
export async function replaceFile(path: string, contents: string | Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  await writeFile(draft, contents);
  await rename(draft, path);
}
