import { saturate } from '../load/saturate.ts';
import type { Plan } from '../plan.ts';
import { comparedRow, present, type Row } from '../report/row.ts';
import { percentile } from '../statistics.ts';
import type { Subjects } from '../subject/subject.ts';
import { alternate } from './alternate.ts';

/** Non-streamed chat, as fast as it goes. */
export async function measureSaturation(subjects: Subjects, plan: Plan['saturation']): Promise<Row[]> {
  const rounds = await alternate(plan.rounds, (name) => saturate(subjects[name], plan));
  const named = (figure: string, label: string, unit: string) => ({
    id: `saturated.${figure}`,
    group: `Saturated, ${plan.connections} connections`,
    label,
    unit,
  });
  return present([
    comparedRow(named('requestsPerSecond', 'requests/s', '/s'), rounds, (run) => run.requestsPerSecond),
    comparedRow(named('cpuMsPerRequest', 'CPU per request', 'ms'), rounds, (run) => run.cpuMsPerRequest),
    comparedRow(named('p50Ms', 'p50', 'ms'), rounds, (run) => percentile(run.latenciesMs, 0.5)),
    comparedRow(named('p99Ms', 'p99', 'ms'), rounds, (run) => percentile(run.latenciesMs, 0.99)),
  ]);
}
