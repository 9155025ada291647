import type { Plan } from '../plan.ts';
import type { Row } from '../report/row.ts';
import { startSubjects, stopSubjects } from '../subject/start.ts';
import type { SubjectName, Subjects } from '../subject/subject.ts';
import type { Workshop } from '../subject/workshop.ts';
import type { Upstream } from '../upstream/start.ts';
import { measureAdmission } from './admission.ts';
import { measureBrowser } from './browser.ts';
import { measureBundle } from './bundle.ts';
import { measureCosts } from './costs.ts';
import { AT_FIXED_RATE, measureFixedRate } from './fixed-rate.ts';
import { measureMemory } from './memory.ts';
import { measureSaturation, SATURATED } from './saturation.ts';
import { measureStartUp } from './start-up.ts';
import { measureChunks, measureFirstTokens, measureStreamCost, STREAMED } from './streaming.ts';
import { measureTokens } from './tokens.ts';
import { warmUp } from './warm-up.ts';

/** In the order in which they run; each is in its rows' ids. */
export const MEASURES = [
  'bundle',
  'startUp',
  'saturated',
  'fixedRate',
  'streamed',
  'memory',
  'admission',
  'tokens',
  'browser',
  'costs',
] as const;
export type Measure = (typeof MEASURES)[number];

export interface Wanted {
  measures: readonly Measure[];
  /** Costs go into docs/costs.md too. */
  isWritten: boolean;
}

/** The wanted measures, each as soon as it is known. */
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
      case 'startUp':
        yield await measureStartUp(workshop, plan.startUps);
        break;
      case 'saturated':
        yield* warm(workshop, plan, SATURATED, async function* (subjects) {
          yield await measureSaturation(subjects, plan.saturation);
        });
        break;
      case 'fixedRate':
        yield* warm(workshop, plan, AT_FIXED_RATE, async function* (subjects) {
          yield await measureFixedRate(subjects, plan.fixedRate);
        });
        break;
      case 'streamed':
        yield* warm(workshop, plan, STREAMED, async function* (subjects) {
          yield await measureFirstTokens(subjects, upstream, plan.firstTokens);
          yield await measureChunks(subjects, upstream, plan.chunks);
          yield await measureStreamCost(subjects, upstream, plan.streamCost);
        });
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

/** Processes of their own for a measure, warm before it begins. */
async function* warm<Name extends SubjectName>(
  workshop: Workshop,
  { warmUpMs }: Plan,
  names: readonly Name[],
  measure: (subjects: Subjects<Name>) => AsyncGenerator<Row[]>,
): AsyncGenerator<Row[]> {
  const subjects = await startSubjects(workshop, names);
  try {
    await warmUp(subjects, warmUpMs);
    yield* measure(subjects);
  } finally {
    await stopSubjects(subjects);
  }
}
