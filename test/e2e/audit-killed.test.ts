/** A power cut while operators change things: every change has its row, and no row claims a change that was not made. */
import { afterAll, expect, test } from 'vitest';
import { admin } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';

const bench = await startBench();
afterAll(bench.stop);

/** Each operator makes one change after another until the power is cut: fewer in all than an admin key may make at once. */
const OPERATORS = 5;
const CHANGES = 10;

interface Entry {
  what: string;
  to: unknown;
  pending?: true;
}

const json = async <Answer>(path: string) => (await admin(bench.url, path)).json() as Promise<Answer>;

/** The users that have a limit. */
async function limited(tenant: string): Promise<string[]> {
  const { limits } = await json<{ limits: { scope: string }[] }>(`ledger/${tenant}?most=500`);
  return limits.map(({ scope }) => scope);
}

/** The scopes named by this tenant's rows. */
async function noted(tenant: string) {
  const { entries } = await json<{ entries: Entry[] }>('audit?most=200');
  const prefix = `limits of ${tenant}, `;
  const rows = entries.filter(({ what }) => what.startsWith(prefix));
  const scopesOf = (some: Entry[]) => some.map(({ what }) => what.slice(prefix.length)).toSorted();
  return { all: scopesOf(rows), made: scopesOf(rows.filter(({ pending }) => !pending)) };
}

test.each([1, 5, 15])('workerd is killed after change number %i, while others are made', async (replies) => {
  const tenant = `cut-${replies}`;
  const answered: string[] = [];
  let restarted: Promise<void> | undefined;
  const operate = async (_: unknown, operator: number) => {
    for (let change = 0; change < CHANGES && restarted === undefined; change++) {
      const scope = `user:${operator}-${change}`;
      const body = { scope, rps: change + 1 };
      // The connection breaks with the process.
      const reply = await admin(bench.url, `tenants/${tenant}/limits`, { method: 'PUT', body }).catch(() => undefined);
      if (reply?.status === 200) answered.push(scope);
      if (answered.length >= replies) restarted ??= bench.killAndRestart();
    }
  };
  await Promise.all(Array.from({ length: OPERATORS }, operate));
  await restarted;

  const [changed, rows] = [await limited(tenant), await noted(tenant)];
  expect(rows.all).toEqual([...new Set(rows.all)]);
  expect(rows.all).toEqual(expect.arrayContaining(changed));
  expect(changed).toEqual(expect.arrayContaining(rows.made));
  expect(rows.made).toEqual(expect.arrayContaining(answered));
  expect(answered.length).toBeGreaterThanOrEqual(replies);
});
