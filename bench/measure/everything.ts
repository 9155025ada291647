import type { Plan } from '../plan.ts';
import { OVER_BARE, type Row } from '../report/row.ts';
import { startSubjects, stopSubjects } from '../subject/start.ts';
import type { Workshop } from '../subject/workshop.ts';
import type { Upstream } from '../upstream/start.ts';
import { BOTH } from './alternate.ts';
import { measureBundle } from './bundle.ts';
import { measureFixedRate } from './fixed-rate.ts';
import { measureHold } from './hold.ts';
import { measureLedger } from './ledger.ts';
import { measureOperations } from './operations.ts';
import { measureSaturation } from './saturation.ts';
import { measureStartUp } from './start-up.ts';
import { measureChunks, measureFirstTokens, measureStreamCost } from './streaming.ts';
import { warmUp } from './warm-up.ts';

/** In the order in which they run; each is the first word of its rows' ids. */
export const MEASURES = [
  'bundle',
  'startUp',
  'saturated',
  'fixedRate',
  'streamed',
  'held',
  'ledger',
  'operations',
] as const;
export type Measure = (typeof MEASURES)[number];

/** These share two warm processes. */
const WARM: readonly Measure[] = ['saturated', 'fixedRate', 'streamed'];

/** The wanted measures, each as soon as it is known. */
export async function* measureEverything(
  workshop: Workshop,
  upstream: Upstream,
  plan: Plan,
  wanted: readonly Measure[],
): AsyncGenerator<Row[]> {
  if (wanted.includes('bundle')) yield measureBundle(workshop);
  if (wanted.includes('startUp')) yield await measureStartUp(workshop, plan.startUps);
  if (WARM.some((measure) => wanted.includes(measure))) yield* measureWarm(workshop, upstream, plan, wanted);
  if (wanted.includes('held')) yield await measureHold(workshop, upstream, plan.hold);
  if (wanted.includes('ledger')) yield* measureLedger(workshop, upstream, plan.ledger, plan.warmUpMs);
  if (wanted.includes('operations')) yield await measureOperations(workshop, plan.operations);
}

async function* measureWarm(
  workshop: Workshop,
  upstream: Upstream,
  plan: Plan,
  wanted: readonly Measure[],
): AsyncGenerator<Row[]> {
  const subjects = await startSubjects(workshop, BOTH);
  try {
    await warmUp(subjects, plan.warmUpMs);
    if (wanted.includes('saturated')) yield await measureSaturation(subjects, plan.saturation, [OVER_BARE]);
    if (wanted.includes('fixedRate')) yield await measureFixedRate(subjects, plan.fixedRate, [OVER_BARE]);
    if (wanted.includes('streamed')) {
      yield await measureFirstTokens(subjects, upstream, plan.firstTokens, [OVER_BARE]);
      yield await measureChunks(subjects, upstream, plan.chunks);
      yield await measureStreamCost(subjects, upstream, plan.streamCost);
    }
  } finally {
    await stopSubjects(subjects);
  }
}
