/** A search of requests, such as `feature:chat outcome:failed-over`. The router filters by some fields, and the page by the others. */
import type { Receipt } from '../../../worker/core/slo/receipt.ts';
import { outcomeOf } from './outcome.ts';

export interface Search {
  /** Set if the search is a request's id, which opens that request. */
  id: string | null;
  /** The fields by which the router searches. */
  asked: { tenant: string | null; feature: string | null; user: string | null; code: string | null };
  /** Decides which of the router's receipts are shown. */
  shown: (receipt: Receipt) => boolean;
  isNarrowed: boolean;
  problem: string | null;
}

/** Fields of a search, with an example each. */
export const SEARCH_FIELDS = 'tenant, feature, user, code, outcome, by, model, mode, slower, dearer';

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Reads a search. Each word is `field:value`. A value with spaces is in quotes. */
export function searchOf(text: string): Search {
  const search: Search = {
    id: null,
    asked: { tenant: null, feature: null, user: null, code: null },
    shown: () => true,
    isNarrowed: false,
    problem: null,
  };
  const words = text.match(/(?:[^\s"]+:)?"[^"]*"|\S+/g) ?? [];
  const tests: ((receipt: Receipt) => boolean)[] = [];
  for (const word of words) {
    if (ID.test(word)) {
      search.id = word.toLowerCase();
      continue;
    }
    const [, field = '', value = ''] = /^([a-z]+):"?(.*?)"?$/s.exec(word) ?? [];
    if (field in search.asked && value !== '') search.asked[field as keyof Search['asked']] = value;
    else {
      const test = testOf(field, value);
      if (test === undefined) search.problem ??= problemWith(word, field, value);
      else tests.push(test);
    }
  }
  if (search.asked.user !== null && search.asked.tenant === null)
    search.problem ??= 'Name the tenant too, because a user belongs to a tenant: tenant:acme user:ana.';
  return { ...search, isNarrowed: tests.length > 0, shown: (receipt) => tests.every((test) => test(receipt)) };
}

function testOf(field: string, value: string): ((receipt: Receipt) => boolean) | undefined {
  const wanted = value.toLowerCase();
  if (wanted === '') return undefined;
  const has = (text: string | null): boolean => text?.toLowerCase().includes(wanted) ?? false;
  const amount = Number(/^\$?([\d.]+)s?$/.exec(wanted)?.[1] ?? Number.NaN);
  switch (field) {
    case 'outcome':
      return (receipt) => outcomeOf(receipt).name === wanted.replaceAll(' ', '-');
    case 'by':
      return ({ deployment, attempts }) =>
        [deployment, ...attempts.map((one) => one.deployment)].some((id) => id?.toLowerCase() === wanted);
    case 'model':
      return ({ model, attempts }) => [model, ...attempts.map((one) => one.model)].some(has);
    case 'mode':
      return ({ mode }) => mode === wanted;
    case 'slower':
      return Number.isNaN(amount) ? undefined : ({ ttftMs, totalMs }) => (ttftMs ?? totalMs) > amount * 1_000;
    case 'dearer':
      return Number.isNaN(amount) ? undefined : ({ costMicroUsd }) => costMicroUsd > amount * 1e6;
    default:
      return undefined;
  }
}

function problemWith(word: string, field: string, value: string): string {
  const short = word.length > 40 ? `${word.slice(0, 40)}…` : word;
  if (field === '')
    return `“${short}” is neither a field nor a request’s id. The fields are ${SEARCH_FIELDS}, as in feature:chat.`;
  if (value === '') return `Write a value after “${field}:”.`;
  if (field === 'slower' || field === 'dearer')
    return `Write a number after “${field}:”, such as slower:2.5 or dearer:0.01.`;
  return `There is no field “${field}”. Fields are ${SEARCH_FIELDS}.`;
}

export type Order = 'newest' | 'slowest' | 'dearest';

/** The receipts in the list's order. */
export function ordered(receipts: readonly Receipt[], order: Order): Receipt[] {
  const waited = ({ ttftMs, totalMs }: Receipt): number => ttftMs ?? totalMs;
  if (order === 'slowest') return receipts.toSorted((a, b) => waited(b) - waited(a));
  if (order === 'dearest') return receipts.toSorted((a, b) => b.costMicroUsd - a.costMicroUsd);
  return [...receipts];
}
