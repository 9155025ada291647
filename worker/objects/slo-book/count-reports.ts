/** Writes what clients report about answers and services as rows of the journal, like records. */
import {
  type QualityKey,
  type Rating,
  type RatingReply,
  type ReportedCounts,
  ratingCounts,
  type SentRating,
  serviceCounts,
} from '../../core/slo/client-reports/counts.ts';
import type { SentFigures } from '../../core/slo/client-reports/figures.ts';
import { judgeCounts, judgeKeys, keysTakenBack } from '../../core/slo/client-reports/judge-counts.ts';
import type { FlushBody } from '../../core/slo/flush.ts';
import { JUDGE_RATER } from '../../core/slo/judge/judge.ts';
import { packRecords } from '../../core/slo/packed.ts';
import type { Receipt } from '../../core/slo/receipt.ts';
import type { ClientReportRows } from './client-report-rows.ts';
import type { Journal } from './journal.ts';
import { lookForReceipt } from './receipts.ts';

/** How many rows of the journal were searched in this second. */
export interface JournalSearches {
  second: number;
  rows: number;
}

interface Links {
  journal: Journal;
  reports: ClientReportRows;
  searches: JournalSearches;
}

/** A search ends after this many steps. They are enough to find a request of a busy service. */
const MOST_STEPS = 5;
/**
 * How many rows may be searched in a second, which takes a tenth of it: searching in vain for made-up ids must not keep the book
 * from its records.
 */
const MOST_ROWS_A_SECOND = 15_000;
/** The judge asks again until the record of the answer that it judged has come. Half of the searches are left for people. */
const MOST_ROWS_OF_JUDGE = MOST_ROWS_A_SECOND / 2;
/** How often a rater may change a rating. Each change is a row of the journal, whose room all raters share. */
const MOST_CHANGES = 20;

interface KeptRating extends Rating {
  label: string | null;
  changes: number;
}

/** The judge's rating, and the keys in which it counts as long as no person's rating replaces it. */
interface KeptVerdict extends Rating {
  label: string | null;
  keys: readonly QualityKey[];
}

/** Counts a rater's rating in place of an earlier one. */
export function countRating({ journal, reports, searches }: Links, given: SentRating, now: number): RatingReply {
  const { requestId, tenant, ofUser, rater, isGood, isVouched, label } = given;
  if (!maySearch(searches, rater === JUDGE_RATER ? MOST_ROWS_OF_JUDGE : MOST_ROWS_A_SECOND, now)) return 'busy';
  const receipt = receiptOf(journal, requestId, searches, now);
  if (receipt === null) return 'unknown';
  const isTheirs = receipt.tenant === tenant && (ofUser === undefined || receipt.userHash === ofUser);
  if (!isTheirs) return 'refused';
  const rating = { isGood, isVouched, at: now };
  if (rater === JUDGE_RATER) return tellVerdict({ journal, reports }, receipt, rating, label, now);
  const id = `${requestId} ${rater}`;
  const text = reports.find(id);
  const earlier = text === undefined ? undefined : (JSON.parse(text) as KeptRating);
  const changes = earlier === undefined ? 0 : (earlier.changes ?? 0) + 1;
  const counts = ratingCounts(receipt, rating, earlier);
  if (counts.length === 0 || changes > MOST_CHANGES) return 'taken';
  reports.keep(id, JSON.stringify({ ...rating, label, changes } satisfies KeptRating), now);
  write(journal, [...counts, ...withdrawnVerdict(reports, receipt, rating, now)], now);
  return 'taken';
}

/** Counts the judge's rating, once. If people have rated the answer already, it counts only in the keys that their ratings leave it. */
function tellVerdict(
  { journal, reports }: Omit<Links, 'searches'>,
  receipt: Receipt,
  verdict: Rating,
  label: string | null,
  now: number,
): RatingReply {
  const id = verdictId(receipt);
  if (reports.find(id) !== undefined) return 'taken';
  const keys = judgeKeys(reports.ofRequest(receipt.requestId).map((body) => JSON.parse(body) as KeptRating));
  reports.keep(id, JSON.stringify({ ...verdict, label, keys } satisfies KeptVerdict), now);
  write(journal, judgeCounts(receipt, verdict, keys, 1), now);
  return 'taken';
}

/** Takes back the part of the judge's rating that a person's replaces. */
function withdrawnVerdict(reports: ClientReportRows, receipt: Receipt, rating: Rating, now: number): ReportedCounts[] {
  const text = reports.find(verdictId(receipt));
  if (text === undefined) return [];
  const verdict = JSON.parse(text) as KeptVerdict;
  const keys = keysTakenBack(verdict.keys, rating);
  if (keys.length === 0) return [];
  const left = verdict.keys.filter((key) => !keys.includes(key));
  reports.keep(verdictId(receipt), JSON.stringify({ ...verdict, keys: left } satisfies KeptVerdict), now);
  return judgeCounts(receipt, verdict, keys, -1);
}

const verdictId = ({ requestId }: Receipt): string => `${requestId} ${JUDGE_RATER}`;

/** Returns false if figures with this id were counted before. */
export function countFigures({ journal, reports }: Links, figures: SentFigures, tenant: string, now: number): boolean {
  const id = JSON.stringify([tenant, figures.name, figures.id]);
  if (reports.find(id) !== undefined) return false;
  reports.keep(id, '', now);
  write(journal, [serviceCounts(figures, tenant)], now);
  return true;
}

function maySearch(searches: JournalSearches, most: number, now: number): boolean {
  const second = Math.floor(now / 1_000);
  if (searches.second !== second) Object.assign(searches, { second, rows: 0 });
  return searches.rows < most;
}

function receiptOf(journal: Journal, requestId: string, searches: JournalSearches, now: number): Receipt | null {
  let since: number | null = 0;
  for (let step = 0; step < MOST_STEPS && since !== null; step++) {
    const found = lookForReceipt(journal, requestId, now, since);
    searches.rows += found.looked;
    if (found.receipt !== null) return found.receipt;
    since = found.next;
  }
  return null;
}

function write(journal: Journal, counts: readonly ReportedCounts[], now: number): void {
  const body: FlushBody = { records: packRecords([], () => false), dropped: {}, told: counts };
  // The book never sends its own rows twice, so they need no numbers.
  journal.add({ source: 'told', seq: 0, sentAt: now, body: JSON.stringify(body) }, now);
}
