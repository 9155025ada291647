/** News about the public promises that a person should know before asking a question. */

/** `incident`: a person or a policy says that something is wrong. The others mean that a promise's error budget burns too fast. */
export type PromiseNews = 'incident' | 'failing' | 'late' | 'atRisk';

interface Promised {
  sli?: unknown;
  state?: unknown;
  burnRates?: Readonly<Record<string, number | null>>;
}

const KINDS: ReadonlyMap<unknown, PromiseNews> = new Map([
  ['success', 'failing'],
  ['ttft', 'late'],
  ['latency', 'late'],
]);
const ORDER: readonly PromiseNews[] = ['failing', 'late', 'atRisk'];

/** Reads the news from a reply of `GET /slo`; null if there is none. */
export function readPromiseNews(reply: unknown): PromiseNews | null {
  const { incidents, objectives } = (reply ?? {}) as { incidents?: unknown; objectives?: unknown };
  if (listOf<{ closedAt?: unknown }>(incidents).some((one) => one.closedAt === null)) return 'incident';
  const kinds = listOf<Promised>(objectives)
    .filter(burns)
    .map(({ sli }) => KINDS.get(sli) ?? 'atRisk');
  return ORDER.find((kind) => kinds.includes(kind)) ?? null;
}

/** Whether a promise is news. An error budget that is used up stays so for weeks, so it is news only while it still burns too fast. */
function burns({ state, burnRates }: Promised): boolean {
  if (state === 'burning') return true;
  return state === 'exhausted' && (burnRates?.['5m'] ?? 0) > 1 && (burnRates?.['1h'] ?? 0) > 1;
}

const listOf = <Item>(value: unknown): readonly Item[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null) : [];
