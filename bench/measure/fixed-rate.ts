import { fixedRate } from '../load/fixed-rate.ts';
import type { Plan } from '../plan.ts';
import { comparedRows, type Pair, type Row } from '../report/row.ts';
import { percentile } from '../statistics.ts';
import { namesOf, type SubjectName, type Subjects } from '../subject/subject.ts';
import { alternate } from './alternate.ts';

/** Non-streamed chat at a rate that leaves every Worker idle most of the time: what one request waits. */
export async function measureFixedRate<Name extends SubjectName>(
  subjects: Subjects<Name>,
  plan: Plan['fixedRate'],
  pairs: readonly Pair<Name>[],
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
  return comparedRows(pairs, rounds, [
    { ...named('p50Ms', 'p50'), pick: (run) => percentile(run.latenciesMs, 0.5) },
    { ...named('p99Ms', 'p99'), pick: (run) => percentile(run.latenciesMs, 0.99) },
    {
      ...named('clientLatenessP99Ms', 'this client late by, p99'),
      pick: (run) => percentile(run.latenessMs, 0.99),
    },
  ]);
}
