import { ClosedLoop, type Slot } from '../load/closed-loop.ts';
import type { SlotPlan } from '../plan.ts';
import { cpuMs } from '../process/usage.ts';
import { type Figure, overFloor, overReference, type Row, singleRow } from '../report/row.ts';
import { percentile } from '../statistics.ts';
import type { Entrant, SubjectName, Subjects } from '../subject/subject.ts';
import type { Upstream } from '../upstream/start.ts';
import { alternate, type Rounds } from './alternate.ts';

/** The subjects of the main measure, in which answers take as long as models take. */
export const ANSWERS: readonly SubjectName[] = ['carryon', 'gatewayFloor', 'least', 'bare'];
export const SATURATED: readonly SubjectName[] = [
  'carryon',
  'everything',
  'longPrompts',
  'thousandUsers',
  'cacheHit',
  'withoutLedger',
  'withoutRecords',
  'gatewayFloor',
  'least',
  'bareLongPrompts',
  'bare',
];

interface WatchedSlot extends Slot {
  /** The share of one core that the upstream used. */
  upstreamShare: number;
}

/** Measures whole answers after a model's delay: what a request costs while the Worker mostly waits. */
export async function measureAnswers(subjects: Subjects, upstream: Upstream, plan: SlotPlan): Promise<Row[]> {
  await upstream.answerAfter(plan.answerMs);
  const named = naming('answers', `Answers after ${plan.answerMs} ms, ${plan.connections} connections`);
  const rounds = await slots(subjects, upstream, plan);
  const cpu = cpuFigure(named);
  return [
    ...overReference(rounds, [
      cpu,
      // Both ours and the bare Worker's contain the same delay, so only the difference means anything.
      { ...named('p50Ms', 'p50', 'ms'), pick: (slot) => percentile(slot.latenciesMs, 0.5) },
      { ...named('p99Ms', 'p99', 'ms'), pick: (slot) => percentile(slot.latenciesMs, 0.99) },
    ]),
    ...overFloor(rounds, 'carryon', GATEWAY_FLOOR, cpu),
  ];
}

const GATEWAY_FLOOR = ['gatewayFloor', 'the floor of a gateway'] as const;

/** Measures whole answers that come at once: as many requests as fit into a second. */
export async function measureSaturation(subjects: Subjects, upstream: Upstream, plan: SlotPlan): Promise<Row[]> {
  await upstream.answerAfter(0);
  const named = naming('saturated', `Answers at once, ${plan.connections} connections`);
  const rounds = await slots(subjects, upstream, plan);
  const cpu = cpuFigure(named);
  const figures: Figure<WatchedSlot>[] = [
    {
      ...named('requestsPerSecond', 'requests/s', '/s'),
      pick: (slot) => slot.requestsPerSecond,
      quantity: 'rate',
    },
    cpu,
  ];
  // The references are the fastest, so they demand the most of client and upstream.
  const fastest = rounds.get('least') ?? [];
  return [
    ...overReference(rounds, figures, (name) => (name === 'longPrompts' ? 'bareLongPrompts' : 'bare')),
    ...overFloor(rounds, 'everything', GATEWAY_FLOOR, cpu),
    singleRow(
      named('clientShare', "this client's share of a core, at most", ''),
      fastest.map((slot) => slot.clientShare),
    ),
    singleRow(
      named('upstreamShare', "the upstream's share of a core, at most", ''),
      fastest.map((slot) => slot.upstreamShare),
    ),
  ];
}

const cpuFigure = (named: ReturnType<typeof naming>): Figure<WatchedSlot> => ({
  ...named('cpuMsPerRequest', 'CPU per request', 'ms'),
  pick: (slot) => slot.cpuMsPerRequest,
});

async function slots(subjects: Subjects, upstream: Upstream, plan: SlotPlan): Promise<Rounds<WatchedSlot>> {
  const loops = new Map<Entrant, ClosedLoop>();
  for (const [name, subject] of subjects) loops.set(name, await ClosedLoop.open(subject, plan.connections));
  try {
    return await alternate([...subjects.keys()], plan.rounds, async (name) => {
      const loop = loops.get(name);
      if (loop === undefined) throw new Error(`${name} has no connections`);
      const upstreamBefore = cpuMs(upstream.processId);
      const slot = await loop.slot({ ...plan, staggerMs: plan.answerMs });
      const upstreamMs = (cpuMs(upstream.processId) ?? Number.NaN) - (upstreamBefore ?? Number.NaN);
      return { ...slot, upstreamShare: upstreamMs / slot.tookMs };
    });
  } finally {
    for (const loop of loops.values()) loop.close();
  }
}

function naming(measure: string, group: string) {
  return (figure: string, label: string, unit: string) => ({ id: `${measure}.${figure}`, group, label, unit });
}
