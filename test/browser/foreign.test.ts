/** The example in `examples/foreign-front-end/`: another origin, its own service worker, its own server. Used as a person uses it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { projectDirectory } from '../../cli/project.ts';
import { freePorts } from '../support/free-ports.ts';
import { until } from '../support/until.ts';
import { startTravelBench, type TravelBench } from './support/bench.ts';
import { isStream } from './support/line.ts';
import { lookAt } from './support/outbox.ts';
import { answerTo } from './support/provider.ts';

let bench: TravelBench;
let frontEnd: ChildProcess;
let origin: string;
beforeAll(async () => {
  const [port = 0] = await freePorts(1);
  origin = `http://localhost:${port}`;
  bench = await startTravelBench({ config: { origins: [origin] } });
  const script = join(projectDirectory, 'examples/foreign-front-end/server.mjs');
  frontEnd = spawn(process.execPath, [script, '--router', bench.line.origin, '--port', String(port)], {
    env: { ...process.env, CARRYON_KEY: bench.secretKey },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(frontEnd.stdout as NodeJS.ReadableStream, 'data');
});
afterEach(() => bench.reset());
afterAll(async () => {
  frontEnd?.kill();
  await bench?.stop();
});

async function signedIn(context: BrowserContext, person: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(origin);
  await signIn(page, person);
  return page;
}

async function signIn(page: Page, person: string): Promise<void> {
  await page.fill('#sign-in input', person);
  await page.click('#sign-in button');
  await page.waitForSelector('#sign-out:not([hidden])');
}

/** Asks, and returns the chat's entry after the question once it is complete. */
async function ask(page: Page, question: string): Promise<{ label: string; text: string }> {
  const before = await page.locator('#chat > li').count();
  await page.fill('#ask input', question);
  await page.click('#ask button');
  const entry = page.locator('#chat > li').nth(before + 1);
  await entry.waitFor();
  await until('the answer is complete', async () => (await entry.locator('button').count()) === 0);
  return {
    label: (await entry.getAttribute('data-label')) ?? '',
    text: (await entry.locator('span').textContent()) ?? '',
  };
}

const strip = (page: Page, connection: string) => page.waitForSelector(`#strip[data-connection="${connection}"]`);

const outages = [
  {
    what: 'the browser is offline',
    connection: 'offline',
    cut: (context: BrowserContext) => context.setOffline(true),
    mend: (context: BrowserContext) => context.setOffline(false),
  },
  { what: 'the router is gone', connection: 'unreachable', cut: () => bench.line.down(), mend: () => bench.line.up() },
];

test.each(outages)('while $what, kept answers are read, and a new question is sent once later', async (outage) => {
  const context = await bench.newContext();
  const page = await signedIn(context, 'ana');
  await strip(page, 'online');
  expect(await ask(page, 'Why?')).toEqual({ label: 'live', text: answerTo('Why?', 1) });

  await outage.cut(context);
  expect(await ask(page, 'Why?')).toEqual({ label: 'kept', text: answerTo('Why?', 1) });
  await strip(page, outage.connection);
  expect((await ask(page, 'Since when?')).label).toBe('queued');
  await page.waitForSelector('#outbox > [data-state="waiting"]');

  await page.reload();
  await page.waitForSelector('#outbox > [data-state="waiting"]');
  expect(await ask(page, 'Why?')).toEqual({ label: 'kept', text: answerTo('Why?', 1) });
  expect(bench.provider.calls).toEqual(['Why?']);

  await outage.mend(context);
  await lookAt(page);
  await page.click('#outbox > [data-state="answered"] >> text=Read');
  await page.waitForSelector(`#chat >> text=${answerTo('Since when?', 2)}`);
  expect(bench.provider.calls).toEqual(['Why?', 'Since when?']);
  await strip(page, 'online');
});

test('a stream goes on over connections that break, and Stop ends its run', async () => {
  const page = await signedIn(await bench.newContext(), 'ana');
  bench.line.fault({ kind: 'cut', afterEvents: 5 }, { times: Number.POSITIVE_INFINITY, match: isStream });
  expect(await ask(page, 'Why?')).toEqual({ label: 'live', text: answerTo('Why?', 1) });
  bench.line.clear();

  bench.provider.set({ pauseAfter: 3 });
  const { aborted } = bench.provider;
  await page.fill('#ask input', 'And then?');
  await page.click('#ask button');
  await page.click('#chat >> text=Stop');
  await until('the provider is let go', () => bench.provider.aborted === aborted + 1);
});

test('after signing out, the next person finds nothing', async () => {
  const context = await bench.newContext();
  const page = await signedIn(context, 'ana');
  await ask(page, 'Why?');
  await bench.line.down();
  await ask(page, 'Since when?');
  await page.waitForSelector('#outbox > [data-state="waiting"]');
  await page.click('#sign-out');
  await page.waitForSelector('#sign-in:not([hidden])');
  await until('the outbox is empty', async () => (await page.locator('#outbox > li').count()) === 0);
  await signIn(page, 'ben');
  expect((await ask(page, 'Why?')).label).toBe('queued');
  await until('the question waits', async () => (await page.locator('#outbox > li').count()) === 1);
});
