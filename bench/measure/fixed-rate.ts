import { fixedRate } from '../load/fixed-rate.ts';
import type { Plan } from '../plan.ts';
import { comparedRow, present, type Row } from '../report/row.ts';
import { percentile } from '../statistics.ts';
import type { Subjects } from '../subject/subject.ts';
import { alternate } from './alternate.ts';

/** Non-streamed chat at a rate that leaves both Workers idle most of the time: what one request waits. */
export async function measureFixedRate(subjects: Subjects, plan: Plan['fixedRate']): Promise<Row[]> {
  const rounds = await alternate(plan.rounds, (name, seed) => fixedRate(subjects[name], { ...plan, seed }));
  const named = (figure: string, label: string) => ({
    id: `fixedRate.${figure}`,
    group: `At ${plan.requestsPerSecond} requests/s`,
    label,
    unit: 'ms',
  });
  return present([
    comparedRow(named('p50Ms', 'p50'), rounds, (run) => percentile(run.latenciesMs, 0.5)),
    comparedRow(named('p99Ms', 'p99'), rounds, (run) => percentile(run.latenciesMs, 0.99)),
    comparedRow(named('clientLatenessP99Ms', 'this client late by, p99'), rounds, (run) =>
      percentile(run.latenessMs, 0.99),
    ),
  ]);
}
