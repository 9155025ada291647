import { type Row, singleRow } from '../report/row.ts';
import type { Workshop } from '../subject/workshop.ts';

const KIB = 1024;

/** What a deploy uploads. */
export function measureBundle({ carryon }: Workshop): Row[] {
  const named = (figure: string, label: string) => ({ id: `bundle.${figure}`, group: 'Bundle', label, unit: 'KiB' });
  return [
    singleRow(named('rawKiB', 'raw'), [carryon.bytes / KIB]),
    singleRow(named('gzippedKiB', 'gzipped'), [carryon.gzippedBytes / KIB]),
  ];
}
