import type { Plan } from '../plan.ts';
import type { Row } from '../report/row.ts';
import { startSubjects, stopSubjects } from '../subject/start.ts';
import { type SubjectName, type Subjects, withAgainst } from '../subject/subject.ts';
import type { Workshop } from '../subject/workshop.ts';
import type { Upstream } from '../upstream/start.ts';
import { measureAdmission } from './admission.ts';
import { measureBrowser } from './browser.ts';
import { measureBundle } from './bundle.ts';
import { measureCosts } from './costs.ts';
import { measureLedgerCalls } from './ledger-calls.ts';
import { measureMemory } from './memory.ts';
import { measureServe } from './serve.ts';
import { ANSWERS, measureAnswers, measureSaturation, SATURATED } from './slots.ts';
import { measureStartUp } from './start-up.ts';
import { measureFirstTokens, measureStreams, STREAMED } from './streaming.ts';
import { measureTokens } from './tokens.ts';
import { warmUp, warmUpStreams } from './warm-up.ts';

/** The measures in the order in which they run. Each name begins the ids of its rows. */
export const MEASURES = [
  'bundle',
  'answers',
  'saturated',
  'streams',
  'serve',
  'startUp',
  'memory',
  'admission',
  'tokens',
  'browser',
  'costs',
] as const;
export type Measure = (typeof MEASURES)[number];

export interface Wanted {
  measures: readonly Measure[];
  /** True if the costs are also written to docs/costs.md. */
  isWritten: boolean;
}

/** Yields the rows of the wanted measures, each as soon as it is known. */
export async function* measureEverything(
  workshop: Workshop,
  upstream: Upstream,
  plan: Plan,
  { measures, isWritten }: Wanted,
): AsyncGenerator<Row[]> {
  for (const measure of measures) {
    switch (measure) {
      case 'bundle':
        yield measureBundle(workshop);
        break;
      case 'answers':
        yield* warm(workshop, upstream, plan, ANSWERS, async function* (subjects) {
          yield await measureAnswers(subjects, upstream, plan.answers);
        });
        break;
      case 'saturated':
        yield* warm(workshop, upstream, plan, SATURATED, async function* (subjects) {
          yield await measureSaturation(subjects, upstream, plan.saturated);
        });
        yield await measureLedgerCalls(workshop, upstream, plan.ledgerCalls);
        break;
      case 'streams':
        yield* warm(workshop, upstream, plan, STREAMED, async function* (subjects) {
          await warmUpStreams(subjects, upstream, plan.warmUpMs);
          yield await measureFirstTokens(subjects, upstream, plan.firstTokens);
          for (const load of plan.streamsAtOnce) yield await measureStreams(subjects, upstream, load);
        });
        break;
      case 'serve':
        yield await measureServe(workshop, plan.serve);
        break;
      case 'startUp':
        yield await measureStartUp(workshop, plan.startUps);
        break;
      case 'memory':
        for (const load of plan.memory) yield await measureMemory(workshop, upstream, load);
        break;
      case 'admission':
        yield await measureAdmission(workshop, plan.admission);
        break;
      case 'tokens':
        yield await measureTokens(workshop, plan.tokens);
        break;
      case 'browser':
        yield await measureBrowser(workshop, upstream, plan.browser);
        break;
      case 'costs':
        yield await measureCosts(workshop, plan.costs, isWritten);
    }
  }
}

/** Starts new processes for a measure and warms them up before it begins. */
async function* warm(
  workshop: Workshop,
  upstream: Upstream,
  { warmUpMs }: Plan,
  names: readonly SubjectName[],
  measure: (subjects: Subjects) => AsyncGenerator<Row[]>,
): AsyncGenerator<Row[]> {
  const subjects = await startSubjects(workshop, withAgainst(names, workshop.against !== undefined));
  try {
    await warmUp(subjects, upstream, warmUpMs);
    yield* measure(subjects);
  } finally {
    await stopSubjects(subjects);
  }
}
