import type { SubjectName } from '../subject/subject.ts';

export type Pace = 'quiet' | 'middling' | 'busy';

/** The requests that are counted: who sends them, and how they arrive. */
export interface Traffic {
  id: string;
  title: string;
  subject: SubjectName;
  pace: Pace;
  isStreamed?: true;
  /** The traffic whose CPU time is used instead. In an idle process, the process's own work would count as its requests' work. */
  cpuOf?: string;
}

/** How long the provider takes for a whole answer, as models do. A keyed answer's object is awake for this long, and a slice has requests
 * under way for this long. If answers came at once, a slice would be returned after each. */
export const ANSWER_MS = 2_000;

export const TRAFFIC: readonly Traffic[] = [
  { id: 'quiet', title: 'plain, quiet', subject: 'everything', pace: 'quiet', cpuOf: 'busy' },
  { id: 'middling', title: 'plain, middling', subject: 'everything', pace: 'middling', cpuOf: 'busy' },
  { id: 'busy', title: 'plain, busy', subject: 'everything', pace: 'busy' },
  { id: 'busyThousandUsers', title: 'plain, busy, 1,000 users', subject: 'thousandUsers', pace: 'busy' },
  { id: 'hitQuiet', title: 'cached hit, quiet', subject: 'cacheHit', pace: 'quiet', cpuOf: 'hitBusy' },
  { id: 'hitMiddling', title: 'cached hit, middling', subject: 'cacheHit', pace: 'middling', cpuOf: 'hitBusy' },
  { id: 'hitBusy', title: 'cached hit, busy', subject: 'cacheHit', pace: 'busy' },
  { id: 'miss', title: 'first asked, of a feature that caches', subject: 'cacheMiss', pace: 'middling' },
  { id: 'plainStream', title: 'plain stream of 30 s', subject: 'everything', pace: 'middling', isStreamed: true },
  { id: 'keyed', title: 'keyed, whole answer of 2 s', subject: 'keyed', pace: 'middling' },
  { id: 'resumable', title: 'resumable stream of 30 s', subject: 'resumable', pace: 'middling', isStreamed: true },
];
