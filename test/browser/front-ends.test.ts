/** The code of docs/front-ends.md, word for word, in a page of another origin: what a reader copies works. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { projectDirectory } from '../../cli/project.ts';
import { until } from '../support/until.ts';
import { startTravelBench } from './support/bench.ts';
import { isStream } from './support/line.ts';
import { answerTo } from './support/provider.ts';
import { SCRIPT } from './support/site.ts';

const text = readFileSync(join(projectDirectory, 'docs/front-ends.md'), 'utf8');
const blocks = [...text.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code = '']) => code);
/** The code block that contains these words. */
function block(words: string): string {
  const found = blocks.filter((code) => code.includes(words));
  if (found.length !== 1) throw new Error(`${found.length} blocks of docs/front-ends.md have: ${words}`);
  return found[0] ?? '';
}

const bench = await startTravelBench();
afterEach(() => bench.reset());
afterAll(() => bench.stop());

const ROUTER = `const ROUTER = ${JSON.stringify(bench.line.origin)};\n`;
const LOOP = ROUTER + block('async function ask(');
const WITHOUT_SIGN_IN = block('pk-…').replace('pk-…', bench.publishableKey);

let page: Page;
beforeEach(async () => {
  page = await bench.openPage(await bench.newContext(), { foreign: true });
});

/** What the page has shown, and how it ended. */
const ask = (signIn: string, body: object) =>
  page.evaluate<{ shown: string; error: string | null }>(`(async () => {
    ${LOOP}
    ${signIn}
    let shown = '';
    const error = await ask(${JSON.stringify(body)}, (more) => void (shown += more)).then(() => null, String);
    return { shown, error };
  })()`);

test('the loop is as long as a loop may be', () => {
  const lines = block('async function ask(').trim().split('\n');
  expect(lines.filter((line) => /\w/.test(line)).length).toBeLessThanOrEqual(20);
});

test('the loop shows every word once over cuts, a lost connection and a torn event; the provider is called once', async () => {
  const { line, provider } = bench;
  provider.set({ words: 60, paceMs: 5 });
  line.fault({ kind: 'cut', afterEvents: 7 }, { match: isStream });
  line.fault({ kind: 'lose-headers' }, { match: isStream });
  line.fault({ kind: 'cut', afterEvents: 9, torn: true }, { match: isStream });
  line.fault({ kind: 'end', afterEvents: 5 }, { match: isStream });
  const answer = await ask(WITHOUT_SIGN_IN, { prompt: 'Why?', feature: 'chat' });
  expect(answer).toEqual({ shown: answerTo('Why?', 1, 60), error: null });
  expect(provider.calls).toEqual(['Why?']);
  expect(line.seen.filter(isStream).length).toBeGreaterThanOrEqual(4);
});

test('the loop goes on where the connection was when the router comes back', async () => {
  const { line, provider } = bench;
  provider.set({ words: 30, pauseAfter: 10 });
  line.fault({ kind: 'cut', afterEvents: 8 }, { match: isStream });
  const asking = ask(WITHOUT_SIGN_IN, { prompt: 'Why?' });
  await until('eight events have passed', () => line.seen.filter(isStream).at(0)?.events === 8);
  await line.down();
  provider.resume();
  await line.up();
  expect(await asking).toEqual({ shown: answerTo('Why?', 1, 30), error: null });
  expect(provider.calls).toHaveLength(1);
});

test('the loop shows what the router refuses, and does not ask again', async () => {
  const { error } = await ask(WITHOUT_SIGN_IN, { prompt: 'Why?', feature: 'nope' });
  expect(error).toContain('"nope"');
  expect(bench.line.seen.filter(isStream)).toHaveLength(1);
  bench.provider.set({ status: 400 });
  expect((await ask(WITHOUT_SIGN_IN, { prompt: 'Why?' })).error).toMatch(/^Error: /);
});

test('a server mints tokens for its signed-in user: one for several questions', async () => {
  const handler = `const process = { env: { CARRYON_KEY: ${JSON.stringify(bench.secretKey)} } };
    const ROUTER = ${JSON.stringify(bench.routerUrl)};
    const sessionOf = async () => ({ id: 'ana' });
    ${block('/v1/tokens')}`;
  const { POST } = (await import(`data:text/javascript,${encodeURIComponent(handler)}`)) as {
    POST(request: Request): Promise<Response>;
  };
  let minted = 0;
  await page.route('**/carryon-token', async (route) => {
    minted++;
    const response = await POST(new Request(route.request().url(), { method: 'POST' }));
    expect([response.status, response.headers.get('cache-control')]).toEqual([201, 'no-store']);
    await route.fulfill({ status: 201, body: await response.text() });
  });
  const shown = await page.evaluate<string[]>(`(async () => {
    ${LOOP}
    ${block('/carryon-token')}
    const all = ['', ''];
    for (const index of [0, 1]) await ask({ prompt: 'Why?', feature: 'chat' }, (more) => void (all[index] += more));
    return all;
  })()`);
  expect([shown, minted]).toEqual([[answerTo('Why?', 1), answerTo('Why?', 2)], 1]);
  const [asked] = bench.line.seen.filter(isStream);
  expect(asked?.headers.authorization).toMatch(/^Bearer ey/);
});

test('useChat’s transport asks from the page', async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `${ROUTER}${WITHOUT_SIGN_IN}${block('DirectChatTransport')}
        import { AbstractChat } from 'ai';
        // What useChat keeps in React's state.
        const state = {
          status: 'ready', error: undefined, messages: [], snapshot: (value) => structuredClone(value),
          pushMessage(message) { this.messages = [...this.messages, message]; },
          popMessage() { this.messages = this.messages.slice(0, -1); },
          replaceMessage(index, message) { this.messages = this.messages.with(index, message); },
        };
        globalThis.chat = new (class extends AbstractChat {})({ transport, state });`,
      resolveDir: projectDirectory,
    },
    ...{ bundle: true, write: false, format: 'esm', platform: 'browser', logLevel: 'silent' },
  });
  bench.foreign.files.set('/chat.js', { type: SCRIPT, text: outputFiles[0]?.text ?? '' });
  await page.addScriptTag({ url: '/chat.js', type: 'module' });
  const said = await page.evaluate(`(async () => {
    for (const text of ['Why?', 'And then?']) await chat.sendMessage({ text });
    const textOf = ({ role, parts }) => [role, parts.filter(({ type }) => type === 'text').map(({ text }) => text).join('')];
    return { status: chat.status, messages: chat.messages.map(textOf) };
  })()`);
  expect(said).toEqual({
    status: 'ready',
    messages: [
      ['user', 'Why?'],
      ['assistant', answerTo('Why?', 1)],
      ['user', 'And then?'],
      ['assistant', answerTo('And then?', 2)],
    ],
  });
  const preflight = bench.line.seen.find(({ method }) => method === 'OPTIONS');
  expect(preflight?.headers['access-control-request-headers']).toContain('authorization');
});
