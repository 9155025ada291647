import { saturate } from '../load/saturate.ts';
import type { Plan } from '../plan.ts';
import { overBare, type Row } from '../report/row.ts';
import { percentile } from '../statistics.ts';
import { namesOf, type Subjects } from '../subject/subject.ts';
import { alternate } from './alternate.ts';

export const SATURATED = ['carryon', 'thousandUsers', 'cacheHit', 'withoutLedger', 'bare'] as const;

/** Non-streamed chat, as fast as it goes. */
export async function measureSaturation(
  subjects: Subjects<(typeof SATURATED)[number]>,
  plan: Plan['saturation'],
): Promise<Row[]> {
  const rounds = await alternate(namesOf(subjects), plan.rounds, (name) => saturate(subjects[name], plan));
  const named = (figure: string, label: string, unit: string) => ({
    id: `saturated.${figure}`,
    group: `Saturated, ${plan.connections} connections`,
    label,
    unit,
  });
  return overBare(rounds, [
    { ...named('requestsPerSecond', 'requests/s', '/s'), pick: (run) => run.requestsPerSecond },
    { ...named('cpuMsPerRequest', 'CPU per request', 'ms'), pick: (run) => run.cpuMsPerRequest },
    { ...named('p50Ms', 'p50', 'ms'), pick: (run) => percentile(run.latenciesMs, 0.5) },
    { ...named('p99Ms', 'p99', 'ms'), pick: (run) => percentile(run.latenciesMs, 0.99) },
  ]);
}
