import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildWorker } from '../../cli/workerd/build.ts';
import { ROOT, type Workshop } from '../subject/workshop.ts';

type Parts = Pick<Workshop, 'wrangler' | 'directory'> & { carryon: Pick<Workshop['carryon'], 'scriptPath'> };

/** Wraps the build that is timed, without building the Worker again. Returns the script to serve. */
export async function buildCountedWorker({ carryon, wrangler, directory }: Parts): Promise<string> {
  const built = JSON.stringify(carryon.scriptPath);
  const entryPath = join(directory, 'counted-entry.ts');
  const entry = [
    // This import comes first, so that it is in place before the Worker takes a reference to `fetch`.
    `import { countedWorker } from ${JSON.stringify(join(ROOT, 'bench/counting/counted-worker.ts'))};`,
    `import { countedObject } from ${JSON.stringify(join(ROOT, 'bench/counting/count-storage.ts'))};`,
    `import worker, * as exported from ${built};`,
    `export * from ${built};`,
    ...wrangler.durableObjects.map(
      ({ className }) => `export const ${className} = countedObject(exported.${className});`,
    ),
    'export default countedWorker(worker);',
  ];
  await writeFile(entryPath, entry.join('\n'));
  const counted = await buildWorker(entryPath, join(directory, 'counted', 'worker.js'));
  return counted.scriptPath;
}
