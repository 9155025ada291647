/** The session of docs/answers.md, run as written there: a stream that is cut, goes on by its id, and is replayed. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { projectDirectory } from '../../cli/project.ts';
import { LOCAL_CLIENT_KEY } from '../../worker/core/identity/identity.ts';
import { openLine } from '../browser/support/line.ts';
import { startBench } from '../support/bench.ts';

const bench = await startBench();
const line = await openLine(() => bench.url);
const directory = await mkdtemp(join(tmpdir(), 'carryon-session-'));
afterAll(async () => {
  await Promise.all([line.close(), bench.stop()]);
  await rm(directory, { recursive: true, force: true });
});

async function sessionOfDoc(): Promise<string> {
  const doc = await readFile(join(projectDirectory, 'docs', 'answers.md'), 'utf8');
  const session =
    [...doc.matchAll(/```sh\n([\s\S]*?)```/g)].find(([, text]) => text?.includes('/ai/streams/'))?.[1] ?? '';
  expect(session).toContain(`URL=http://localhost:8787 KEY=${LOCAL_CLIENT_KEY}`);
  // The connection breaks in mid-answer on a slow machine too: after so many events, and not after two seconds.
  expect(session).toContain('ask -m 2 ');
  line.fault({ kind: 'cut', afterEvents: 20 });
  return session.replace('http://localhost:8787', line.origin).replace('ask -m 2 ', 'ask ');
}

/** As an SSE reader counts events: without a closing blank line there is no event. */
async function eventsIn(file: string): Promise<{ id: number; data: string }[]> {
  const text = await readFile(join(directory, file), 'utf8');
  return text
    .split('\n\n')
    .slice(0, -1)
    .flatMap((event) => {
      const [, id, data] = /^(?::.*\n)*id: (\d+)\ndata: ([\s\S]*)$/.exec(event) ?? [];
      return data === undefined ? [] : [{ id: Number(id), data }];
    });
}

test('the session of docs/answers.md: both parts together are the whole', async () => {
  await bench.sandbox.setFault('openai', 'drip', { delayMs: 25 });
  await promisify(execFile)('bash', ['-c', await sessionOfDoc()], { cwd: directory });
  const [first, rest, whole] = await Promise.all(['part-1.txt', 'part-2.txt', 'whole.txt'].map(eventsIn));
  expect(first?.length).toBe(20);
  expect(rest?.length).toBeGreaterThan(0);
  // A replay costs nothing; everything else is the same.
  const withoutCost = (events: { id: number; data: string }[] = []) =>
    events.map(({ id, data }) => ({ id, data: data.replace(/"(?:carryon_cost_usd|costUsd)":[\d.e-]+/g, '') }));
  expect(withoutCost([...(first ?? []), ...(rest ?? [])])).toEqual(withoutCost(whole));
  expect(whole?.map(({ id }) => id)).toEqual(whole?.map((_, index) => index + 1));
  expect(whole?.at(-1)?.data).toBe('[DONE]');
  const { openai, anthropic } = bench.sandbox.counts();
  expect(openai.started + anthropic.started).toBe(1);
});
