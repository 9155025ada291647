import { SERVICE_WORKER_FILE } from '../../protocol/static-files.ts';
import { type Row, singleRow } from '../report/row.ts';
import type { Workshop } from '../subject/workshop.ts';

const KIB = 1024;

/** The scripts that other front ends load. A test limits the size of the demo's own scripts. */
const FRONT_ENDS_LOAD: Readonly<Record<string, string>> = {
  [SERVICE_WORKER_FILE]: 'serviceWorker',
  '/travel.js': 'travelModule',
};

/** Measures the size of what a deploy uploads. */
export function measureBundle({ carryon, browserScripts }: Workshop): Row[] {
  const named = (figure: string, label: string) => ({ id: `bundle.${figure}`, group: 'Bundle', label, unit: 'KiB' });
  return [
    singleRow(named('rawKiB', 'raw'), [carryon.bytes / KIB]),
    singleRow(named('gzippedKiB', 'gzipped'), [carryon.gzippedBytes / KIB]),
    ...browserScripts.flatMap(({ path, gzippedBytes }) => {
      const figure = FRONT_ENDS_LOAD[path];
      if (figure === undefined) return [];
      return [singleRow(named(`${figure}GzippedKiB`, `${path}, gzipped`), [gzippedBytes / KIB])];
    }),
  ];
}
