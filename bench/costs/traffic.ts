import type { SubjectName } from '../subject/subject.ts';

export type Pace = 'quiet' | 'middling' | 'busy';

/** Whose requests are counted, and how they come. */
export interface Traffic {
  id: string;
  title: string;
  subject: SubjectName;
  pace: Pace;
  isStreamed?: true;
  /** Of another traffic: where a process has little to do, what it takes for itself would be counted as its requests'. */
  cpuOf?: string;
}

/** What the provider takes for a whole answer, as models do. So long a keyed answer's object is awake, and so long a lease of many
 * has requests under way: with answers at once it would be given back after each. */
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
