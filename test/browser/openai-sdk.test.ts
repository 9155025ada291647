/** The `openai` package in a page, unchanged: travel mode needs no extra code there. */
import { build } from 'esbuild';
import type OpenAI from 'openai';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startTravelBench, type TravelBench } from './support/bench.ts';
import { isStream } from './support/line.ts';
import { answerTo } from './support/provider.ts';

declare global {
  var openai: OpenAI;
}

interface Said {
  content: string;
  /** Of a refusal. */
  status?: number | undefined;
  code?: string | null | undefined;
}

let bench: TravelBench;
let sdk: string;
beforeAll(async () => {
  const bundle = await build({
    stdin: {
      contents: `import OpenAI from 'openai';
        globalThis.newClient = (router, apiKey) =>
          new OpenAI({ baseURL: router + '/v1', apiKey, dangerouslyAllowBrowser: true });`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    format: 'iife',
    platform: 'browser',
    write: false,
    logLevel: 'silent',
  });
  sdk = bundle.outputFiles[0]?.text ?? '';
  bench = await startTravelBench();
});
afterEach(() => bench.reset());
afterAll(() => bench?.stop());

async function pageWithSdk(context: BrowserContext): Promise<Page> {
  const page = await bench.openPage(context, { person: 'ana' });
  await page.addScriptTag({ content: sdk });
  await page.evaluate(
    ({ router, key }) => {
      const { newClient } = globalThis as unknown as { newClient: (router: string, key: string) => OpenAI };
      globalThis.openai = newClient(router, key);
    },
    { router: bench.line.origin, key: bench.publishableKey },
  );
  return page;
}

const whole = (page: Page, question: string): Promise<Said> =>
  page.evaluate(async (content) => {
    try {
      const messages = [{ role: 'user' as const, content }];
      const completion = await openai.chat.completions.create({ model: 'app/chat', messages });
      return { content: completion.choices[0]?.message.content ?? '' };
    } catch (error) {
      const { status, code } = error as { status?: number; code?: string };
      return { content: '', status, code };
    }
  }, question);

const streamed = (page: Page, question: string): Promise<Said> =>
  page.evaluate(async (content) => {
    let said = '';
    try {
      const messages = [{ role: 'user' as const, content }];
      const stream = await openai.chat.completions.create({ model: 'app/chat', messages, stream: true });
      for await (const chunk of stream) said += chunk.choices[0]?.delta.content ?? '';
      return { content: said };
    } catch (error) {
      const { status, code } = error as { status?: number; code?: string };
      return { content: said, status, code };
    }
  }, question);

const forms = [
  { form: 'a whole answer', ask: whole, other: streamed },
  { form: 'a stream', ask: streamed, other: whole },
];

describe.each(forms)('$form', ({ ask, other }) => {
  test.each([
    ['the browser is offline', (context: BrowserContext) => context.setOffline(true)],
    ['the router is gone', () => bench.line.down()],
  ])('is read again when %s, in both forms, and an unknown question is refused once', async (_, cut) => {
    const context = await bench.newContext();
    const page = await pageWithSdk(context);
    const known = { content: answerTo('Why?', 1) };
    expect(await ask(page, 'Why?')).toEqual(known);
    await cut(context);
    expect(await ask(page, 'Why?')).toEqual(known);
    expect(await other(page, 'Why?')).toEqual(known);
    expect(await ask(page, 'Since when?')).toEqual({ content: '', status: 503, code: 'offline' });
    expect(bench.provider.calls).toEqual(['Why?']);
  });
});

test('a stream arrives whole over connections that break every ten events, and is paid once', async () => {
  const page = await pageWithSdk(await bench.newContext());
  bench.provider.set({ words: 200 });
  bench.line.fault({ kind: 'cut', afterEvents: 10 }, { times: Number.POSITIVE_INFINITY, match: isStream });
  expect(await streamed(page, 'Why?')).toEqual({ content: answerTo('Why?', 1, 200) });
  expect(bench.line.seen.filter(isStream).length).toBeGreaterThan(15);
  expect(bench.provider.calls).toEqual(['Why?']);
});
