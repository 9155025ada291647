import { buildCountedWorker } from '../counting/build.ts';
import { COUNTS_PATH, type Counted } from '../counting/counters.ts';
import { ClosedLoop } from '../load/closed-loop.ts';
import type { Plan } from '../plan.ts';
import { type Row, singleRowAgainst } from '../report/row.ts';
import { startSubject } from '../subject/start.ts';
import type { Workshop } from '../subject/workshop.ts';
import type { Upstream } from '../upstream/start.ts';
import { WrongAnswers } from './alternate.ts';

/** Counts how often requests of 1,000 users call a Durable Object under load. Nothing is timed. */
export async function measureLedgerCalls(
  workshop: Workshop,
  upstream: Upstream,
  plan: Plan['ledgerCalls'],
): Promise<Row[]> {
  await upstream.answerAfter(0);
  const name = {
    id: 'thousandUsers.saturated.objectCalls',
    group: 'Counted under load',
    label: '1,000 users: Durable Object calls per request',
    unit: '',
  };
  const ours = await callsPerRequest(workshop, plan);
  const { against } = workshop;
  const theirs =
    against && (await callsPerRequest({ ...workshop, carryon: against.built, wrangler: against.wrangler }, plan));
  return [singleRowAgainst(name, [ours], theirs === undefined ? undefined : [theirs])];
}

async function callsPerRequest(workshop: Workshop, plan: Plan['ledgerCalls']): Promise<number> {
  const subject = await startSubject(workshop, 'thousandUsers', await buildCountedWorker(workshop));
  try {
    const loop = await ClosedLoop.open(subject, plan.connections);
    const before = await countsOf(subject.port);
    const { failures, requests } = await loop.slot(plan);
    loop.close();
    if (failures.first !== undefined) throw new WrongAnswers(`counted 1,000 users: ${failures.first}`);
    const after = await countsOf(subject.port);
    return ((after.objectCalls ?? 0) - (before.objectCalls ?? 0)) / requests;
  } finally {
    await subject.stop();
  }
}

async function countsOf(port: number): Promise<Counted['counts']> {
  const response = await fetch(`http://127.0.0.1:${port}${COUNTS_PATH}`);
  return ((await response.json()) as Counted).counts;
}
