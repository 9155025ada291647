/** What clients tell of answers and services becomes a row of the journal, as records do. */
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

/** How many rows of the journal have been looked through in a second. */
export interface Looks {
  second: number;
  rows: number;
}

interface Links {
  journal: Journal;
  told: ToldRows;
  looks: Looks;
}

/** A request of a busy service is found in the first steps, or not at all. */
const MOST_STEPS = 5;
/** A tenth of a second: made-up ids, of which each is looked for in vain, must not keep the book from its records. */
const MOST_ROWS_A_SECOND = 15_000;
/** The judge asks before the record of its answer has come, and again; the rest is for persons. */
const MOST_ROWS_OF_JUDGE = MOST_ROWS_A_SECOND / 2;
/** So often a rater may think better of it. Each change is a row of the journal, whose room all share. */
const MOST_CHANGES = 20;

interface KeptOpinion extends Opinion {
  label: string | null;
  changes: number;
}

/** Of the judge: what its opinion counts in, as long as no person's takes its place. */
interface KeptVerdict extends Opinion {
  label: string | null;
  keys: readonly QualityKey[];
}

/** The last opinion of a rater counts. */
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

/** The judge's opinion, once; what persons have said of the answer already is not counted a second time. */
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

/** What a person's opinion takes back of the judge's. */
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

/** False: figures of this id were counted before. */
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
  // The book's own rows are never sent twice.
  journal.add({ source: 'told', seq: 0, sentAt: now, body: JSON.stringify(body) }, now);
}
