import { fixedRate } from '../load/fixed-rate.ts';
import type { Plan } from '../plan.ts';
import { overBare, type Row } from '../report/row.ts';
import { percentile } from '../statistics.ts';
import { namesOf, type Subjects } from '../subject/subject.ts';
import { alternate } from './alternate.ts';

export const AT_FIXED_RATE = ['carryon', 'thousandUsers', 'withoutLedger', 'bare'] as const;

/** Non-streamed chat at a rate that leaves every Worker idle most of the time: what one request waits. */
export async function measureFixedRate(
  subjects: Subjects<(typeof AT_FIXED_RATE)[number]>,
  plan: Plan['fixedRate'],
): Promise<Row[]> {
  const rounds = await alternate(namesOf(subjects), plan.rounds, (name, seed) =>
    fixedRate(subjects[name], { ...plan, seed }),
  );
  const named = (figure: string, label: string) => ({
    id: `fixedRate.${figure}`,
    group: `At ${plan.requestsPerSecond} requests/s`,
    label,
    unit: 'ms',
  });
  return overBare(rounds, [
    { ...named('p50Ms', 'p50'), pick: (run) => percentile(run.latenciesMs, 0.5) },
    { ...named('p99Ms', 'p99'), pick: (run) => percentile(run.latenciesMs, 0.99) },
    {
      ...named('clientLatenessP99Ms', 'this client late by, p99'),
      pick: (run) => percentile(run.latenessMs, 0.99),
    },
  ]);
}
