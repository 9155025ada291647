/**
 * Requests that end in each way a client can cause, through the whole Worker: their receipts, `/admin/slo`, `/slo` and `/metrics`
 * say what the rules say, one by one and in sum, and nothing that a client or a provider wrote is in any of them.
 */
import { exports } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { OWN_CODES } from '../../protocol/errors.ts';
import type { CountsAs } from '../../worker/core/slo/counts-as.ts';
import type { Receipt } from '../../worker/core/slo/receipt.ts';
import { callAdmin } from './call-admin.ts';
import { pass, rowsOfBook, secretsIn, sent } from './counted-harness.ts';
import { ROWS } from './counted-rows.ts';
import { eventually } from './eventually.ts';

type Told = Receipt & { counts: CountsAs };

/** What only an operator, an outage or a bug can cause, or what is no question. */
const NOT_BY_CLIENTS = [
  ...['not_configured', 'key_store_unavailable', 'sign_in_unavailable', 'stream_unavailable', 'ledger_unavailable'],
  ...['internal_error', 'unknown_tier', 'audit_unavailable', 'board_unavailable', 'book_unavailable'],
  ...['method_not_allowed', 'not_found', 'token_not_allowed', 'admin_closed', 'invalid_admin_key'],
  ...['invalid_metrics_token', 'scope_not_allowed', 'stream_not_found'],
];
const TOLD = ROWS.flatMap(([, told]) => told);

const receipts: Told[][] = [];
let list: string;

beforeAll(async () => {
  const asked: (string | null)[][] = [];
  for (const [what, told, ask] of ROWS) {
    const ids = await ask().catch((error: unknown) => {
      throw new Error(`${what}: ${error}`, { cause: error });
    });
    expect(ids).toHaveLength(told.length);
    asked.push(ids);
    // No two rows come in one millisecond, so that ids are in the order of rows.
    await pass(1);
  }
  await pass(11_000);
  const ids = await eventually(async () => {
    const { body } = await callAdmin('GET', 'requests?most=200');
    const requests = body.requests as Receipt[];
    expect(requests).toHaveLength(TOLD.length);
    list = JSON.stringify(body);
    return requests.map(({ requestId }) => requestId).toSorted();
  });
  // A caller who left got no id.
  const untold = ids.filter((id) => !asked.flat().includes(id));
  for (const row of asked) {
    const found: Told[] = [];
    for (const id of row) found.push((await callAdmin('GET', `requests/${id ?? untold.shift()}`)).body as never);
    receipts.push(found);
  }
  expect(untold).toEqual([]);
});

const reasonOf = ({ success }: CountsAs): string =>
  success.outcome === 'good' ? 'good' : success.outcome === 'bad' ? success.layer : success.reason;

function toldBy({ code, ending, counts }: Told): string {
  const reason = reasonOf(counts);
  const { outcome } = counts.objectives.find(({ name }) => name === 'first-content') ?? {};
  const isBad = counts.success.outcome === 'bad';
  const ordinary = isBad ? (ending === 'refused' ? undefined : 'good') : reason;
  return `${code ?? 'none'} ${ending} ${reason}${outcome === ordinary ? '' : `, ttft ${outcome}`}`;
}

it.each(ROWS.map(([what, told], index) => ({ what, told, index })))('the receipt of $what', ({ told, index }) => {
  expect(receipts[index]?.map(toldBy)).toEqual(told);
});

it('is shown for each code that a client can cause', () => {
  const codes = TOLD.map((told) => told.split(' ')[0]).filter((code) => code !== 'none');
  expect([...new Set([...codes, ...NOT_BY_CLIENTS])].toSorted()).toEqual([...OWN_CODES].toSorted());
});

const countBy = (keys: readonly (string | undefined)[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const key of keys) if (key !== undefined) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
};

interface Objective {
  name: string;
  good: number;
  total: number;
  excluded: Record<string, number>;
}
const countsIn = ({ objectives }: Record<string, unknown>) =>
  Object.fromEntries(
    (objectives as Objective[]).map(({ name, good, total, excluded }) => {
      const counted = { good, bad: total - good, ...excluded };
      return [name, Object.fromEntries(Object.entries(counted).filter(([, count]) => count > 0))];
    }),
  );
const get = (path: string) =>
  exports.default.fetch(
    new Request(`http://localhost${path}`, { headers: { authorization: 'Bearer sk-local-admin-key' } }),
  );

describe('in sum', () => {
  it('/admin/slo and /slo have what the rules say, and for each objective what the receipts say', async () => {
    const { body } = await callAdmin('GET', 'slo');
    const shown = countsIn(body);
    const byRule = TOLD.map((told) => told.split(/[ ,]/)[2]?.replace(/^(?:inference|gateway)$/, 'bad'));
    expect(shown.success).toEqual(countBy(byRule));
    const outcomes = receipts.flat().flatMap(({ counts }) => counts.objectives);
    const names = Object.keys(shown);
    expect(names).toEqual(expect.arrayContaining(['chat-success', 'chat-ttft', 'summarize-success', 'first-content']));
    expect(shown).toEqual(
      Object.fromEntries(
        names.map((name) => [name, countBy(outcomes.filter((one) => one.name === name).map(({ outcome }) => outcome))]),
      ),
    );
    expect(countsIn(await (await get('/slo')).json())).toEqual(shown);
  });

  it('/metrics has each request by code and outcome', async () => {
    const lines = (await (await get('/metrics')).text()).matchAll(
      /^carryon_requests_total\{.*outcome="(\w+)",code="(\w*)"\} (\d+)$/gm,
    );
    const counts: Record<string, number> = {};
    for (const [, outcome, code, count] of lines) {
      const key = `${outcome} ${code}`;
      if (count !== '0') counts[key] = (counts[key] ?? 0) + Number(count);
    }
    expect(counts).toEqual(
      countBy(receipts.flat().map(({ code, counts }) => `${counts.success.outcome} ${code ?? ''}`)),
    );
  });

  it('the log and all receivers are told of each request', () => {
    const ids = receipts.flat().map(({ requestId }) => requestId);
    const log = sent.log.map((line) => JSON.parse(line) as { event: string; requestId: string });
    const idsOf = (name: string) => log.filter(({ event }) => event === name).map(({ requestId }) => requestId);
    expect(idsOf('request_record').toSorted()).toEqual(ids.toSorted());
    // Other calls have such a line too, and a caller who left was sent nothing.
    expect(idsOf('request').length).toBeGreaterThan(ids.length);
    for (const path of ['/v1/v1/traces', '/api/public/otel/v1/traces']) {
      const bodies = sent.telemetry.filter((body) => body.includes(`${path} `)).join('');
      expect(ids.filter((id) => !bodies.includes(`"${id}"`))).toEqual([]);
    }
    expect(sent.telemetry.some((body) => body.includes('/v1/v1/metrics '))).toBe(true);
  });
});

describe('what clients and providers wrote, and every key', () => {
  it('is in no row of the book', async () => {
    const rows = await rowsOfBook();
    expect(rows).toContain(receipts[0]?.[0]?.requestId);
    expect(secretsIn(rows)).toEqual([]);
  });

  it.each<[string, () => string | Promise<string>]>([
    ['receipt', () => JSON.stringify(receipts) + list],
    ['line of the log', () => sent.log.join('\n')],
    ['body of telemetry', () => sent.telemetry.join('\n')],
    ['metric', async () => (await get('/metrics')).text()],
    ['promise', async () => (await (await get('/slo')).text()) + (await (await get('/admin/slo')).text())],
  ])('is in no %s', async (_, text) => {
    const all = await text();
    expect(all).toContain('chat');
    expect(secretsIn(all)).toEqual([]);
  });

  it('reaches a provider as words of a question, and in no other way', () => {
    expect(secretsIn(sent.providers.join('\n')).toSorted()).toEqual(
      ['both', 'kept', 'left', 'prompt', 'tool'].map((what) => `zq7x-${what}`),
    );
  });
});
