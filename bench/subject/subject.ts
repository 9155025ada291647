import {
  type MakeRequests,
  ofCacheHits,
  ofCacheMisses,
  ofKeys,
  ofLocalKey,
  ofLongPrompts,
  ofOneUser,
  ofResumable,
  ofThousandUsers,
  type Requests,
} from '../load/requests.ts';

/** The Workers that are built. */
export type WorkerName = 'carryon' | 'withoutLedger' | 'withoutRecords' | ReferenceWorker;
/** Pass-throughs that Carryon is measured against: a script and its variables, without KV, objects or cache. */
export type ReferenceWorker = 'bare' | 'least' | 'gatewayFloor' | 'streamFloor';

export const isReference = (worker: WorkerName): worker is ReferenceWorker =>
  worker === 'bare' || worker === 'least' || worker === 'gatewayFloor' || worker === 'streamFloor';

/** A Worker, and how it is asked. */
interface Kind {
  worker: WorkerName;
  /** Its name in the report. */
  title: string;
  requests: MakeRequests;
  /** The well-known key of local mode, or a virtual key whose record is in KV. */
  key: 'local' | 'virtual';
  /** Users with limits of their own. */
  users: number;
}

const LOCAL = { requests: ofLocalKey, key: 'local', users: 0 } as const;

export const KINDS = {
  carryon: { worker: 'carryon', title: 'Carryon', ...LOCAL },
  everything: { worker: 'carryon', title: 'everything on', requests: ofOneUser, key: 'virtual', users: 1 },
  longPrompts: { worker: 'carryon', title: 'prompts of 32 KB', ...LOCAL, requests: ofLongPrompts },
  thousandUsers: { worker: 'carryon', title: '1,000 users', requests: ofThousandUsers, key: 'virtual', users: 1_000 },
  cacheHit: { worker: 'carryon', title: 'cache hit', requests: ofCacheHits, key: 'virtual', users: 1 },
  cacheMiss: { worker: 'carryon', title: 'cache miss', requests: ofCacheMisses, key: 'virtual', users: 1 },
  keyed: { worker: 'carryon', title: 'keyed', requests: ofKeys, key: 'virtual', users: 1 },
  resumable: { worker: 'carryon', title: 'resumable', requests: ofResumable, key: 'virtual', users: 1 },
  withoutLedger: { worker: 'withoutLedger', title: 'no ledger', requests: ofOneUser, key: 'virtual', users: 0 },
  withoutRecords: { worker: 'withoutRecords', title: 'no records', requests: ofOneUser, key: 'virtual', users: 1 },
  bare: { worker: 'bare', title: 'bare', ...LOCAL },
  bareLongPrompts: { worker: 'bare', title: 'bare, prompts of 32 KB', ...LOCAL, requests: ofLongPrompts },
  least: { worker: 'least', title: 'the least Worker', ...LOCAL },
  gatewayFloor: { worker: 'gatewayFloor', title: 'the floor of a gateway', ...LOCAL },
  streamFloor: { worker: 'streamFloor', title: 'the JavaScript floor', ...LOCAL },
} satisfies Record<string, Kind>;

export type SubjectName = keyof typeof KINDS;

/** A subject, or the same one built from the other checkout (`--against`). */
export type Entrant = SubjectName | `against:${SubjectName}`;

export function subjectOf(entrant: Entrant): SubjectName {
  return entrant.replace('against:', '') as SubjectName;
}

/** These subjects. After each one that runs Carryon's own build comes the same subject built from the other checkout. */
export function withAgainst<Name extends SubjectName>(names: readonly Name[], hasAgainst: boolean): Entrant[] {
  if (!hasAgainst) return [...names];
  return names.flatMap((name): Entrant[] => (KINDS[name].worker === 'carryon' ? [name, `against:${name}`] : [name]));
}

/** A Worker under load, in a workerd process of its own. */
export interface Subject {
  name: Entrant;
  port: number;
  processId: number;
  /** The key that its requests carry. */
  key: string;
  requests: Requests;
  stop(): Promise<void>;
}

export type Subjects = ReadonlyMap<Entrant, Subject>;

export function subjectNamed(subjects: Subjects, name: Entrant): Subject {
  const subject = subjects.get(name);
  if (subject === undefined) throw new Error(`${name} was not started`);
  return subject;
}
