import {
  type MakeRequests,
  ofCacheHits,
  ofCacheMisses,
  ofKeys,
  ofOneUser,
  ofResumable,
  ofThousandUsers,
  type Requests,
} from '../load/requests.ts';

/** What is built. */
export type WorkerName = 'carryon' | 'withoutLedger' | 'bare';

/** A Worker, and how it is asked. */
interface Kind {
  worker: WorkerName;
  /** As the report calls it. */
  title: string;
  requests: MakeRequests;
  /** Users that have limits of their own. */
  users: number;
}

export const KINDS = {
  carryon: { worker: 'carryon', title: 'Carryon', requests: ofOneUser, users: 1 },
  thousandUsers: { worker: 'carryon', title: '1,000 users', requests: ofThousandUsers, users: 1_000 },
  cacheHit: { worker: 'carryon', title: 'cache hit', requests: ofCacheHits, users: 1 },
  cacheMiss: { worker: 'carryon', title: 'cache miss', requests: ofCacheMisses, users: 1 },
  keyed: { worker: 'carryon', title: 'keyed', requests: ofKeys, users: 1 },
  resumable: { worker: 'carryon', title: 'resumable', requests: ofResumable, users: 1 },
  withoutLedger: { worker: 'withoutLedger', title: 'no ledger', requests: ofOneUser, users: 0 },
  bare: { worker: 'bare', title: 'bare', requests: ofOneUser, users: 0 },
} satisfies Record<string, Kind>;

export type SubjectName = keyof typeof KINDS;

/** A Worker under load, in a workerd process of its own. */
export interface Subject {
  name: SubjectName;
  port: number;
  processId: number;
  /** Of its tenant. */
  key: string;
  requests: Requests;
  stop(): Promise<void>;
}

export type Subjects<Name extends SubjectName> = Record<Name, Subject>;

export function namesOf<Name extends SubjectName>(subjects: Subjects<Name>): Name[] {
  return Object.keys(subjects) as Name[];
}
