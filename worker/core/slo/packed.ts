/** Records on their way to the book, and as its journal keeps them. */
import type { Detail, Receipt, RequestEntry } from './receipt.ts';
import type { RecordedAttempt, RequestRecord } from './record.ts';
import { packTable, type Table, unpackTable } from './table.ts';

/** Records as JSON. `details` and `attempts` say by `of` to which record they belong, counted from 0. */
export interface PackedRecords {
  /** The earliest `arrivedAt`: the others are counted from it. */
  from: number;
  entries: Table;
  /** Of those that are kept whole. */
  details: Table;
  attempts: Table;
}

type EntryField = Exclude<keyof RequestEntry, 'attempts'>;
type Listed<Name extends string> = Readonly<Record<Name, true>>;

const ENTRY: Listed<EntryField> = {
  requestId: true,
  arrivedAt: true,
  tenant: true,
  userHash: true,
  feature: true,
  mode: true,
  cache: true,
  role: true,
  deployment: true,
  provider: true,
  model: true,
  hops: true,
  ttftMs: true,
  totalMs: true,
  inputTokens: true,
  cachedTokens: true,
  outputTokens: true,
  reasoningTokens: true,
  costMicroUsd: true,
  estimated: true,
  finishReason: true,
  status: true,
  code: true,
  staleCause: true,
  ending: true,
  drill: true,
  experiment: true,
  valid: true,
};

const DETAIL: Listed<Detail> = {
  alias: true,
  keyId: true,
  class: true,
  door: true,
  stream: true,
  cacheAgeS: true,
  cacheTtlS: true,
  colo: true,
  build: true,
  promptVersion: true,
  traceparent: true,
};

const ATTEMPT: Listed<keyof RecordedAttempt> = {
  deployment: true,
  provider: true,
  model: true,
  startedMs: true,
  ttftMs: true,
  ms: true,
  result: true,
  status: true,
  hop: true,
};

const namesOf = <Name extends string>(listed: Listed<Name>): readonly Name[] => Object.keys(listed) as Name[];
const ENTRY_FIELDS = namesOf(ENTRY);
const DETAIL_FIELDS = namesOf({ of: true, ...DETAIL });
const ATTEMPT_FIELDS = namesOf({ of: true, ...ATTEMPT });

/** Packs records; `isWhole` says of which the details are kept. */
export function packRecords(
  records: readonly RequestRecord[],
  isWhole: (record: RequestRecord) => boolean,
): PackedRecords {
  const from = Math.min(...records.map(({ arrivedAt }) => arrivedAt));
  const numbered = records.map((record, of) => ({ ...record, of, arrivedAt: record.arrivedAt - from }));
  return {
    from,
    entries: packTable(numbered, ENTRY_FIELDS),
    details: packTable(
      numbered.filter((_, index) => isWhole(records[index] as RequestRecord)),
      DETAIL_FIELDS,
    ),
    attempts: packTable(
      numbered.flatMap(({ attempts, of }) => attempts.map((attempt) => ({ ...attempt, of }))),
      ATTEMPT_FIELDS,
    ),
  };
}

/** The records of a flush in their order, each with what is kept of it. */
export function unpackRecords({ from, entries, details, attempts }: PackedRecords): Receipt[] {
  const receipts = unpackTable(entries, ENTRY_FIELDS).map((entry) => ({
    ...entry,
    arrivedAt: from + Number(entry.arrivedAt),
    attempts: [] as unknown[],
    whole: false,
  }));
  for (const { of, ...attempt } of unpackTable(attempts, ATTEMPT_FIELDS)) receipts[Number(of)]?.attempts.push(attempt);
  for (const { of, ...detail } of unpackTable(details, DETAIL_FIELDS)) {
    const receipt = receipts[Number(of)];
    if (receipt !== undefined) Object.assign(receipt, detail, { whole: true });
  }
  // What was packed is what is unpacked; a field that is new since then is null.
  return receipts as unknown as Receipt[];
}
