import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from '../../test/browser/support/browser.ts';
import { findChromium } from '../../test/browser/support/find-chromium.ts';
import { askWhole, keptAnswers, type PageStream, readStreams, travelAs, type Whole } from '../browser/in-page.ts';
import type { Plan } from '../plan.ts';
import { type Row, singleRow } from '../report/row.ts';
import { percentile } from '../statistics.ts';
import { pageKey } from '../subject/identity.ts';
import { startProcess } from '../subject/start.ts';
import type { Workshop } from '../subject/workshop.ts';
import type { Upstream } from '../upstream/start.ts';
import { WrongAnswers } from './alternate.ts';

type BrowserPlan = Plan['browser'];

/** The pause between two questions of a page. */
const REST_MS = 50;

/** Measures what travel mode adds in Chromium. A page reads streams without its service worker, and then through it. */
export async function measureBrowser(workshop: Workshop, upstream: Upstream, plan: BrowserPlan): Promise<Row[]> {
  try {
    findChromium(process.env, 'whole');
  } catch (error) {
    console.error(`Travel mode is left out: ${error instanceof Error ? error.message : error}`);
    return [];
  }
  await writeFile(join(workshop.assetsDirectory, 'bench.html'), '<!doctype html><title>bench</title>');
  const browser = await launchBrowser('whole');
  const carryon = await startProcess(workshop, 'carryon');
  try {
    const address = `http://localhost:${carryon.port}/bench`;
    const key = await pageKey(carryon);
    return [
      ...(await addedByTheWorker(browser, address, key, upstream, plan)),
      ...(await withoutNetwork(browser, address, key, plan)),
    ];
  } finally {
    await browser.close();
    await carryon.stop();
  }
}

async function addedByTheWorker(
  browser: Browser,
  address: string,
  key: string,
  upstream: Upstream,
  { rounds, firstTokens, chunks }: BrowserPlan,
): Promise<Row[]> {
  const figures = { first: [] as number[], firstAdded: [] as number[], chunkAdded: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    await inPage(browser, address, async (page) => {
      const read = async (isUnderWorker: boolean) => {
        const streamsOf = async ({ streams: count, contentChunks, paceMs }: BrowserPlan['chunks']) => {
          await upstream.script({ contentChunks, paceMs, firstContentDelayMs: 5 });
          const streams = await page.evaluate(readStreams, {
            count,
            key,
            restMs: REST_MS,
            asResumable: !isUnderWorker,
          });
          return checked(streams, contentChunks, isUnderWorker ? 'live' : null);
        };
        // These streams compile the code and open the connections before anything counts.
        await streamsOf({ ...firstTokens, streams: 25 });
        const first = (await streamsOf(firstTokens)).map(({ timeToFirstTokenMs }) => timeToFirstTokenMs);
        const delays = (await streamsOf(chunks)).flatMap(({ chunkDelaysMs }) => chunkDelaysMs);
        return { first: percentile(first, 0.5), chunk: percentile(delays, 0.5) };
      };
      const without = await read(false);
      await page.evaluate(travelAs, `reader-${round}`);
      const through = await read(true);
      figures.first.push(through.first);
      figures.firstAdded.push(through.first - without.first);
      figures.chunkAdded.push(through.chunk - without.chunk);
    });
  }
  const named = naming('Travel mode in Chromium, streams');
  return [
    singleRow(named('firstTokenP50Ms', 'first token through the worker, p50'), figures.first),
    singleRow(named('firstTokenAddedP50Ms', 'first token, added by it, p50'), figures.firstAdded),
    singleRow(named('chunkAddedP50Ms', 'a chunk, added by it, p50'), figures.chunkAdded),
  ];
}

/** Fills the store with answers of several people, as many as each may have. Then the last person asks offline. */
async function withoutNetwork(browser: Browser, address: string, key: string, plan: BrowserPlan): Promise<Row[]> {
  const { people, answersEach, offlineAsks } = plan;
  return inPage(browser, address, async (page, context) => {
    const questionsOf = (person: number) =>
      Array.from({ length: answersEach }, (_, index) => `Question ${index} of ${person}: ${randomUUID()}`);
    let questions: string[] = [];
    for (let person = 1; person <= people; person++) {
      await page.evaluate(travelAs, `person-${person}`);
      questions = questionsOf(person);
      const answers = await page.evaluate(askWhole, { questions, key, atOnce: 4, restMs: 0 });
      checkedWhole(answers, 'live');
      const kept = await page.evaluate(keptAnswers);
      if (kept !== answersEach) throw new WrongAnswers(`${kept} of ${answersEach} answers are kept`);
    }
    await context.setOffline(true);
    const asked = Array.from({ length: offlineAsks }, (_, index) => questions[(index * 7) % answersEach] ?? '');
    const answers = await page.evaluate(askWhole, { questions: asked, key, atOnce: 1, restMs: REST_MS });
    const tookMs = checkedWhole(answers, 'stale').map((answer) => answer.tookMs);
    const named = naming(
      `Travel mode in Chromium, offline, ${(people * answersEach).toLocaleString('en')} answers kept`,
    );
    return [
      singleRow(named('offlineAnswerP50Ms', 'a kept answer, p50'), [percentile(tookMs, 0.5)]),
      singleRow(named('offlineAnswerP95Ms', 'a kept answer, p95'), [percentile(tookMs, 0.95)]),
    ];
  });
}

async function inPage<Result>(
  browser: Browser,
  address: string,
  run: (page: Page, context: BrowserContext) => Promise<Result>,
): Promise<Result> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(address);
    return await run(page, context);
  } finally {
    await context.close();
  }
}

function checked(streams: PageStream[], contentChunks: number, travel: string | null): PageStream[] {
  const wrong = streams.find((one) => !one.isWhole || one.chunks !== contentChunks || one.travel !== travel);
  if (wrong === undefined) return streams;
  const { isWhole, chunks } = wrong;
  throw new WrongAnswers(
    `${chunks} of ${contentChunks} chunks came, ${isWhole ? '' : 'no '}[DONE], x-carryon-travel ${wrong.travel}`,
  );
}

function checkedWhole(answers: Whole[], travel: string): Whole[] {
  const wrong = answers.find((one) => !one.isAnswer || one.travel !== travel);
  if (wrong !== undefined)
    throw new WrongAnswers(`x-carryon-travel ${wrong.travel}, ${wrong.isAnswer ? 'an' : 'no'} answer`);
  return answers;
}

const naming = (group: string) => (figure: string, label: string) => ({
  id: `browser.${figure}`,
  group,
  label,
  unit: 'ms',
});
