/** What clients tell of answers and services becomes a row of the journal, as records do. */
import type { FlushBody } from '../../core/slo/flush.ts';
import { packRecords } from '../../core/slo/packed.ts';
import type { Receipt } from '../../core/slo/receipt.ts';
import type { ReceiptFound } from '../../core/slo/receipt-search.ts';
import type { FiguresById } from '../../core/slo/told/figures.ts';
import {
  figuresTold,
  type Opinion,
  type OpinionReply,
  type Told,
  type ToldOpinion,
  toldOf,
} from '../../core/slo/told/told.ts';
import type { Journal } from './journal.ts';
import { findReceipt } from './receipts.ts';
import type { ToldRows } from './told-rows.ts';

interface Links {
  journal: Journal;
  told: ToldRows;
}

/** A request of a busy service is found in the first steps, or not at all. */
const MOST_STEPS = 5;

/** The last opinion of a rater counts. */
export function tellOpinion({ journal, told }: Links, given: ToldOpinion, now: number): OpinionReply {
  const { requestId, tenant, ofUser, rater, isGood, isVouched, label } = given;
  const receipt = receiptOf(journal, requestId, now);
  if (receipt === null) return 'unknown';
  const isTheirs = receipt.tenant === tenant && (ofUser === undefined || receipt.userHash === ofUser);
  if (!isTheirs) return 'refused';
  const id = `${requestId} ${rater}`;
  const earlier = told.find(id);
  const opinion = { isGood, isVouched, at: now };
  const counts = toldOf(receipt, opinion, earlier === undefined ? undefined : (JSON.parse(earlier) as Opinion));
  if (counts.length === 0) return 'taken';
  told.keep(id, JSON.stringify({ ...opinion, label }), now);
  write(journal, counts, now);
  return 'taken';
}

/** False: figures of this id were counted before. */
export function tellFigures({ journal, told }: Links, figures: FiguresById, tenant: string, now: number): boolean {
  const id = JSON.stringify([tenant, figures.name, figures.id]);
  if (told.find(id) !== undefined) return false;
  told.keep(id, '', now);
  write(journal, [figuresTold(figures, tenant)], now);
  return true;
}

function receiptOf(journal: Journal, requestId: string, now: number): Receipt | null {
  let since: number | null = 0;
  for (let step = 0; step < MOST_STEPS && since !== null; step++) {
    const { receipt, next }: ReceiptFound = findReceipt(journal, requestId, now, since);
    if (receipt !== null) return receipt;
    since = next;
  }
  return null;
}

function write(journal: Journal, told: readonly Told[], now: number): void {
  const body: FlushBody = { records: packRecords([], () => false), dropped: {}, told };
  // The book's own rows are never sent twice.
  journal.add({ source: 'told', seq: 0, sentAt: now, body: JSON.stringify(body) }, now);
}
