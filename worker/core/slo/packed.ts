/** Records on their way to the book, and as its journal keeps them. */
import type { Detail, Receipt, RequestEntry } from './receipt.ts';
import type { RecordedAttempt, RequestRecord } from './record.ts';
import { packTable, type Table, unpackTable } from './table.ts';

/**
 * Records as JSON. In `details` and `attempts`, the column `of` is the number of the record that a row belongs to, counted from 0.
 */
export interface PackedRecords {
  /** The earliest `arrivedAt`. All other times are counted from it. */
  from: number;
  entries: Table;
  /** The details of records that are kept whole. */
  details: Table;
  attempts: Table;
}

type EntryField = Exclude<keyof RequestEntry, 'attempts' | 'arrivedAt'>;
type Listed<Name extends string> = Readonly<Record<Name, true>>;

const ENTRY: Listed<EntryField> = {
  requestId: true,
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
  failedMicroUsd: true,
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
const DETAIL_FIELDS = namesOf(DETAIL);
const ATTEMPT_FIELDS = namesOf(ATTEMPT);
/** The fields of an unpacked record. `attempts` and `whole` are not columns, and are filled in afterwards. */
const RECEIPT_FIELDS = [...ENTRY_FIELDS, 'arrivedAt', 'attempts', 'whole'] as const;

/** Packs records. `isWhole` says which records keep their details. */
export function packRecords(
  records: readonly RequestRecord[],
  isWhole: (record: RequestRecord) => boolean,
): PackedRecords {
  const from = records.reduce((least, { arrivedAt }) => Math.min(least, arrivedAt), Number.POSITIVE_INFINITY);
  const whole = records.flatMap((record, of) => (isWhole(record) ? [of] : []));
  const attempts = records.flatMap((record) => record.attempts);
  const attemptsOf = records.flatMap((record, of) => record.attempts.map(() => of));
  return {
    from,
    entries: packTable(records, ENTRY_FIELDS, { arrivedAt: records.map(({ arrivedAt }) => arrivedAt - from) }),
    details: packTable(
      whole.map((of) => records[of] as RequestRecord),
      DETAIL_FIELDS,
      { of: whole },
    ),
    attempts: packTable(attempts, ATTEMPT_FIELDS, { of: attemptsOf }),
  };
}

/** The records of a flush, in order, each with the fields that were kept of it. */
export function unpackRecords({ from, entries, details, attempts }: PackedRecords): Receipt[] {
  const receipts = unpackTable(entries, RECEIPT_FIELDS) as unknown as Unpacked[];
  for (const receipt of receipts) {
    receipt.arrivedAt = from + Number(receipt.arrivedAt);
    receipt.attempts = [];
    receipt.whole = false;
  }
  const attemptsOf = unpackTable(attempts, ['of']);
  unpackTable(attempts, ATTEMPT_FIELDS).forEach((attempt, index) => {
    receipts[Number(attemptsOf[index]?.of)]?.attempts?.push(attempt);
  });
  const detailsOf = unpackTable(details, ['of']);
  unpackTable(details, DETAIL_FIELDS).forEach((detail, index) => {
    Object.assign(receipts[Number(detailsOf[index]?.of)] ?? {}, detail, { whole: true });
  });
  // A receipt has the fields that were packed. A field that did not exist in the build that packed them is null.
  return receipts as unknown as Receipt[];
}

type Unpacked = Record<EntryField | 'arrivedAt' | 'whole', unknown> & { attempts: unknown[] | null };
