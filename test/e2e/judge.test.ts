/** Answers are judged by a sandbox model of the other format, and count as quality; a keyed one in its object. */
import { afterAll, expect, test } from 'vitest';
import { admin, answered } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { until } from '../support/until.ts';

const bench = await startBench({ config: 'judge' });
afterAll(() => bench.stop());

const read = async <Reply>(path: string): Promise<Reply> => (await admin(bench.url, path)).json() as Promise<Reply>;
const quality = async () => {
  const { objectives } = await read<{ objectives: { name: string; good: number; total: number }[] }>('slo');
  return objectives.find(({ name }) => name === 'quality');
};

test('a plain answer, a stream and a keyed one are each judged once, on the judge’s own ledger', async () => {
  const prompt = (text: string) => ({ body: { messages: [{ role: 'user', content: text }] } });
  const answers = await Promise.all([
    answered(bench.url, prompt('What is a router?')),
    answered(bench.url, { stream: true, ...prompt('What is wrong with this answer?') }),
    answered(bench.url, { stream: true, headers: { 'idempotency-key': 'judged' }, ...prompt('What is a ledger?') }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  const counted = await until('all three have been judged', async () => {
    const found = await quality();
    return found?.total === 3 && found;
  });
  expect(counted).toMatchObject({ good: 2, total: 3 });
  const { scopes } = await read<{ scopes: { spentMicroUsd: number }[] }>('ledger/carryon-judge?scope=tenant');
  expect(scopes[0]?.spentMicroUsd).toBeGreaterThan(0);
  const { requests } = await read<{ requests: { deployment: string }[] }>('requests');
  expect(requests.map(({ deployment }) => deployment)).toEqual(['a', 'a', 'a']);
  const metrics = await (await admin(bench.url, '../metrics')).text();
  expect(metrics).toContain('carryon_dropped_total{sink="judge"} 0');
});
