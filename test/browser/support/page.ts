import type { BrowserContext, Page } from 'playwright-core';
import { DONE, SseParser } from '../../../protocol/sse.ts';
import { until } from '../../support/until.ts';

export interface PageAsk {
  /** Default `/ai`. */
  path?: string;
  prompt?: string;
  /** Instead of a body with the prompt. */
  body?: object;
  /** Default true. */
  stream?: boolean;
  feature?: string;
  headers?: Readonly<Record<string, string>>;
}

/** What a page's own `fetch` and reader have seen so far. */
export interface PageAnswer {
  state: 'open' | 'done' | 'error';
  /** Undefined before the headers. */
  status: number | undefined;
  headers: Readonly<Record<string, string>>;
  text: string;
  error: string | undefined;
  /** From the ask to the headers, and to each chunk. */
  headersMs: number | undefined;
  chunksMs: readonly number[];
}

export interface RunningAsk {
  now(): Promise<PageAnswer>;
  /** Resolves once it looks like this; throws if the answer has ended and does not. */
  until(what: string, look: (answer: PageAnswer) => boolean): Promise<PageAnswer>;
  ended(): Promise<PageAnswer>;
  abort(): Promise<void>;
}

type Asking = { url: string; init: { method: string; headers: Record<string, string>; body: string } };
type Asker = {
  start(asking: Asking): number;
  answer(ask: number): PageAnswer | undefined;
  abort(ask: number): void;
};
declare global {
  var carryonAsker: Asker;
  /** Imports a module from any address in the page. */
  var importScript: (address: string) => Promise<typeof import('../../../public/travel.d.ts')>;
}

/** Runs in the page before its own scripts, and so must not reach outside itself. */
function installAsker(): void {
  const asks: { answer: PageAnswer; controller: AbortController }[] = [];
  const run = async ({ url, init }: Asking, answer: PageAnswer, signal: AbortSignal) => {
    const begin = performance.now();
    const chunksMs: number[] = [];
    Object.assign(answer, { chunksMs });
    try {
      const response = await fetch(url, { ...init, signal });
      Object.assign(answer, {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        headersMs: performance.now() - begin,
      });
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      const decoder = new TextDecoder();
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        answer.text += decoder.decode(next.value, { stream: true });
        chunksMs.push(performance.now() - begin);
      }
      answer.state = 'done';
    } catch (error) {
      Object.assign(answer, { state: 'error', error: String(error) });
    }
  };
  globalThis.carryonAsker = {
    start(asking) {
      const answer: PageAnswer = {
        ...{ state: 'open', status: undefined, headers: {}, text: '', error: undefined },
        ...{ headersMs: undefined, chunksMs: [] },
      };
      const controller = new AbortController();
      void run(asking, answer, controller.signal);
      return asks.push({ answer, controller }) - 1;
    },
    answer: (ask) => asks[ask]?.answer,
    abort: (ask) => asks[ask]?.controller.abort(),
  };
}

export async function withAsker(context: BrowserContext): Promise<void> {
  await context.addInitScript(installAsker);
  // As a string: vitest rewrites every import() that it sees.
  await context.addInitScript('globalThis.importScript = (address) => import(address);');
}

/** Asks with the page's own `fetch`; `router`: its origin. */
export async function startAsk(page: Page, router: string, credential: string, ask: PageAsk): Promise<RunningAsk> {
  const { path = '/ai', prompt = 'What is a failover?', stream = true, feature, headers = {} } = ask;
  const body = ask.body ?? (path === '/ai' ? { prompt, stream } : { ...chatOf(prompt), stream });
  const init = {
    method: 'POST',
    headers: {
      authorization: `Bearer ${credential}`,
      'content-type': 'application/json',
      ...(feature !== undefined && { 'x-carryon-feature': feature }),
      ...headers,
    },
    body: JSON.stringify(body),
  };
  const number = await page.evaluate((asking) => carryonAsker.start(asking), { url: `${router}${path}`, init });
  const now = async () => {
    const answer = await page.evaluate((one) => carryonAsker.answer(one), number);
    if (answer === undefined) throw new Error('the page was loaded anew, and its asks are gone');
    return answer;
  };
  return {
    now,
    until: (what, look) =>
      until(what, async () => {
        const answer = await now();
        if (look(answer)) return answer;
        if (answer.state !== 'open') throw new Error(`ended without: ${what}\n${JSON.stringify(answer)}`);
        return undefined;
      }),
    ended: () =>
      until('the answer ends', async () => {
        const answer = await now();
        return answer.state === 'open' ? undefined : answer;
      }),
    abort: () => page.evaluate((one) => carryonAsker.abort(one), number),
  };
}

const chatOf = (prompt: string) => ({ model: 'app/chat', messages: [{ role: 'user', content: prompt }] });

/** The events of a stream, in order; `[DONE]` is the last of a complete one. */
export function dataOf({ text }: Pick<PageAnswer, 'text'>): string[] {
  const found: string[] = [];
  new SseParser({ onEvent: ({ data }) => found.push(data) }).feed(text);
  return found;
}

/** What the model said, in whichever form it came. */
export function contentOf(answer: Pick<PageAnswer, 'text'>): string {
  if (answer.text.startsWith('{')) {
    const completion = JSON.parse(answer.text) as { choices?: { message: { content: string } }[] };
    return completion.choices?.[0]?.message.content ?? '';
  }
  return dataOf(answer)
    .filter((data) => data !== DONE)
    .map((data) => {
      const chunk = JSON.parse(data) as { choices?: { delta?: { content?: string } }[] };
      return chunk.choices?.[0]?.delta?.content ?? '';
    })
    .join('');
}
