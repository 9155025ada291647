/** Writes what clients report about answers and services as rows of the journal, like records. */
import type { FlushBody } from '../../core/slo/flush.ts';
import { JUDGE_RATER } from '../../core/slo/judge/judge.ts';
import { packRecords } from '../../core/slo/packed.ts';
import type { Receipt } from '../../core/slo/receipt.ts';
import type { FiguresById } from '../../core/slo/told/figures.ts';
import { givenUp, judgeKeys, judgeTold } from '../../core/slo/told/judge-told.ts';
import {
  figuresTold,
  type Opinion,
  type OpinionReply,
  type QualityKey,
  type Told,
  type ToldOpinion,
  toldOf,
} from '../../core/slo/told/told.ts';
import type { Journal } from './journal.ts';
import { lookForReceipt } from './receipts.ts';
import type { ToldRows } from './told-rows.ts';

/** How many rows of the journal were searched in this second. */
export interface Looks {
  second: number;
  rows: number;
}

interface Links {
  journal: Journal;
  told: ToldRows;
  looks: Looks;
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
/** How often a rater may change an opinion. Each change is a row of the journal, whose room all raters share. */
const MOST_CHANGES = 20;

interface KeptOpinion extends Opinion {
  label: string | null;
  changes: number;
}

/** The judge's opinion, and the keys in which it counts as long as no person's opinion replaces it. */
interface KeptVerdict extends Opinion {
  label: string | null;
  keys: readonly QualityKey[];
}

/** Counts a rater's opinion in place of an earlier one. */
export function tellOpinion({ journal, told, looks }: Links, given: ToldOpinion, now: number): OpinionReply {
  const { requestId, tenant, ofUser, rater, isGood, isVouched, label } = given;
  if (!mayLook(looks, rater === JUDGE_RATER ? MOST_ROWS_OF_JUDGE : MOST_ROWS_A_SECOND, now)) return 'busy';
  const receipt = receiptOf(journal, requestId, looks, now);
  if (receipt === null) return 'unknown';
  const isTheirs = receipt.tenant === tenant && (ofUser === undefined || receipt.userHash === ofUser);
  if (!isTheirs) return 'refused';
  const opinion = { isGood, isVouched, at: now };
  if (rater === JUDGE_RATER) return tellVerdict({ journal, told }, receipt, opinion, label, now);
  const id = `${requestId} ${rater}`;
  const text = told.find(id);
  const earlier = text === undefined ? undefined : (JSON.parse(text) as KeptOpinion);
  const changes = earlier === undefined ? 0 : (earlier.changes ?? 0) + 1;
  const counts = toldOf(receipt, opinion, earlier);
  if (counts.length === 0 || changes > MOST_CHANGES) return 'taken';
  told.keep(id, JSON.stringify({ ...opinion, label, changes } satisfies KeptOpinion), now);
  write(journal, [...counts, ...verdictGivenUp(told, receipt, opinion, now)], now);
  return 'taken';
}

/** Counts the judge's opinion, once. If people have rated the answer already, it counts only in the keys that their ratings leave it. */
function tellVerdict(
  { journal, told }: Omit<Links, 'looks'>,
  receipt: Receipt,
  verdict: Opinion,
  label: string | null,
  now: number,
): OpinionReply {
  const id = verdictId(receipt);
  if (told.find(id) !== undefined) return 'taken';
  const keys = judgeKeys(told.ofRequest(receipt.requestId).map((body) => JSON.parse(body) as KeptOpinion));
  told.keep(id, JSON.stringify({ ...verdict, label, keys } satisfies KeptVerdict), now);
  write(journal, judgeTold(receipt, verdict, keys, 1), now);
  return 'taken';
}

/** Takes back the part of the judge's opinion that a person's replaces. */
function verdictGivenUp(told: ToldRows, receipt: Receipt, opinion: Opinion, now: number): Told[] {
  const text = told.find(verdictId(receipt));
  if (text === undefined) return [];
  const verdict = JSON.parse(text) as KeptVerdict;
  const keys = givenUp(verdict.keys, opinion);
  if (keys.length === 0) return [];
  const left = verdict.keys.filter((key) => !keys.includes(key));
  told.keep(verdictId(receipt), JSON.stringify({ ...verdict, keys: left } satisfies KeptVerdict), now);
  return judgeTold(receipt, verdict, keys, -1);
}

const verdictId = ({ requestId }: Receipt): string => `${requestId} ${JUDGE_RATER}`;

/** Returns false if figures with this id were counted before. */
export function tellFigures({ journal, told }: Links, figures: FiguresById, tenant: string, now: number): boolean {
  const id = JSON.stringify([tenant, figures.name, figures.id]);
  if (told.find(id) !== undefined) return false;
  told.keep(id, '', now);
  write(journal, [figuresTold(figures, tenant)], now);
  return true;
}

function mayLook(looks: Looks, most: number, now: number): boolean {
  const second = Math.floor(now / 1_000);
  if (looks.second !== second) Object.assign(looks, { second, rows: 0 });
  return looks.rows < most;
}

function receiptOf(journal: Journal, requestId: string, looks: Looks, now: number): Receipt | null {
  let since: number | null = 0;
  for (let step = 0; step < MOST_STEPS && since !== null; step++) {
    const found = lookForReceipt(journal, requestId, now, since);
    looks.rows += found.looked;
    if (found.receipt !== null) return found.receipt;
    since = found.next;
  }
  return null;
}

function write(journal: Journal, told: readonly Told[], now: number): void {
  const body: FlushBody = { records: packRecords([], () => false), dropped: {}, told };
  // The book never sends its own rows twice, so they need no numbers.
  journal.add({ source: 'told', seq: 0, sentAt: now, body: JSON.stringify(body) }, now);
}
