/** Writes documents over their earlier versions. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../replace-file.ts';
import { type Draft, documentText } from './document.ts';

/** A file that this command wrote, and whether its text has changed. */
export interface WrittenFile {
  path: string;
  isChanged: boolean;
}

/** Writes all documents or none. If one of the files is not from this command, it writes nothing. `today`: a date such as `2026-11-29`. */
export async function writeDocuments(
  directory: string,
  drafts: ReadonlyMap<string, Draft>,
  today: string,
): Promise<WrittenFile[]> {
  const files = await Promise.all(
    [...drafts].map(async ([name, draft]) => {
      const path = join(directory, name);
      const earlier = await present(path);
      const text = documentText(draft, earlier, today);
      if (text === undefined)
        throw new Error(
          `${path} was not written by this command, or its last line is damaged. Move it away, or write elsewhere with --out.`,
        );
      return { path, text, isChanged: text !== earlier };
    }),
  );
  await mkdir(directory, { recursive: true });
  for (const { path, text, isChanged } of files) if (isChanged) await replaceFile(path, text);
  return files.map(({ path, isChanged }) => ({ path, isChanged }));
}

async function present(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return null;
    throw error;
  }
}
