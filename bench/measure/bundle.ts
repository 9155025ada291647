import { SERVICE_WORKER_FILE } from '../../protocol/static-files.ts';
import { type Row, singleRow } from '../report/row.ts';
import type { Workshop } from '../subject/workshop.ts';

const KIB = 1024;

/** What a deploy uploads. */
export function measureBundle({ carryon, browserScripts }: Workshop): Row[] {
  const named = (figure: string, label: string) => ({ id: `bundle.${figure}`, group: 'Bundle', label, unit: 'KiB' });
  return [
    singleRow(named('rawKiB', 'raw'), [carryon.bytes / KIB]),
    singleRow(named('gzippedKiB', 'gzipped'), [carryon.gzippedBytes / KIB]),
    ...browserScripts.map(({ path, gzippedBytes }) =>
      singleRow(
        named(`${path === SERVICE_WORKER_FILE ? 'serviceWorker' : 'travelModule'}GzippedKiB`, `${path}, gzipped`),
        [gzippedBytes / KIB],
      ),
    ),
  ];
}
