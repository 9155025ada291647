import type { Plan } from '../plan.ts';
import type { Pair, Row } from '../report/row.ts';
import { startSubjects, stopSubjects } from '../subject/start.ts';
import { setWideLimits } from '../subject/wide-limits.ts';
import type { Workshop } from '../subject/workshop.ts';
import type { Upstream } from '../upstream/start.ts';
import { measureFixedRate } from './fixed-rate.ts';
import { countLedger } from './ledger-rows.ts';
import { measureSaturation } from './saturation.ts';
import { measureFirstTokens } from './streaming.ts';
import { warmUp } from './warm-up.ts';

const ALL = ['carryon', 'withoutLedger', 'bare'] as const;

const PAIRS: readonly Pair<(typeof ALL)[number]>[] = [
  { subject: 'carryon', against: 'withoutLedger', idPrefix: 'ledger.againstWithout.' },
  { subject: 'carryon', against: 'bare', idPrefix: 'ledger.againstBare.' },
  { subject: 'withoutLedger', against: 'bare', idPrefix: 'ledger.withoutAgainstBare.' },
];

/** The router as it is shipped, the same with a ledger that is never asked, and bare, all three in every round. */
export async function* measureLedger(
  workshop: Workshop,
  upstream: Upstream,
  plan: Plan['ledger'],
  warmUpMs: number,
): AsyncGenerator<Row[]> {
  const subjects = await startSubjects(workshop, ALL);
  try {
    await setWideLimits(subjects.carryon);
    await warmUp(subjects, warmUpMs);
    yield ledgerGroup(await measureFixedRate(subjects, plan.fixedRate, PAIRS));
    yield ledgerGroup(await measureFirstTokens(subjects, upstream, plan.firstTokens, PAIRS));
    // Last: in a full run the leases of what went before are then old enough to be folded under this load.
    yield ledgerGroup(await measureSaturation(subjects, plan.saturation, PAIRS));
  } finally {
    await stopSubjects(subjects);
  }
  yield await countLedger(workshop, plan.counted);
}

function ledgerGroup(rows: readonly Row[]): Row[] {
  return rows.map((row) => ({ ...row, group: `Ledger: ${row.group}` }));
}
