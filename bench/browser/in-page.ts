/** Functions that run in the measured page. Playwright sends their source, so they cannot use anything outside themselves. */

export interface StreamsAsked {
  count: number;
  /** The pause before each question, so that the worker's writes after the previous answer are done, as they are when a person asks. */
  restMs: number;
  key: string;
  /** Adds the headers that the service worker would add, so that the router does the same work in both cases. */
  asResumable: boolean;
}

export interface PageStream {
  /** From the question to the first content, less the upstream's own time. */
  timeToFirstTokenMs: number;
  /** For each chunk but the first: its arrival by the page's clock, less its sending by the upstream's clock. */
  chunkDelaysMs: number[];
  /** The `x-carryon-travel` of the answer. */
  travel: string | null;
  chunks: number;
  isWhole: boolean;
}

/** Reads streams one after the other, each for a new question. */
export async function readStreams({ count, restMs, key, asResumable }: StreamsAsked): Promise<PageStream[]> {
  const [SENT, ARRIVED, LENGTH] = ['@s', '@a', 16];
  const visitor = crypto.randomUUID();
  const nowMs = () => performance.timeOrigin + performance.now();
  const streams: PageStream[] = [];
  for (let index = 0; index < count; index++) {
    const headers: Record<string, string> = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    if (asResumable) {
      headers['x-carryon-resume'] = '1';
      headers['idempotency-key'] = crypto.randomUUID();
      headers['x-carryon-visitor'] = visitor;
    }
    await new Promise((rested) => setTimeout(rested, restMs));
    const content = `What did the river say to the fox? ${crypto.randomUUID()}`;
    const body = JSON.stringify({ model: 'app/chat', stream: true, messages: [{ role: 'user', content }] });
    const askedAtMs = nowMs();
    const response = await fetch('/v1/chat/completions', { method: 'POST', headers, body });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const decoder = new TextDecoder();
    const sentAtMs: number[] = [];
    const receivedAtMs: number[] = [];
    let arrivedAtMs = Number.NaN;
    let rest = '';
    let isWhole = false;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const atMs = nowMs();
      const text = rest + decoder.decode(next.value, { stream: true });
      let from = 0;
      for (let at = text.indexOf('@'); at >= 0 && at + LENGTH <= text.length; at = text.indexOf('@', at + 1)) {
        const stampedMs = Number(text.slice(at + 2, at + LENGTH)) / 1000;
        if (text.startsWith(SENT, at)) {
          sentAtMs.push(stampedMs);
          receivedAtMs.push(atMs);
        } else if (text.startsWith(ARRIVED, at)) arrivedAtMs = stampedMs;
        from = at + LENGTH;
      }
      if (text.includes('[DONE]', from)) isWhole = true;
      rest = text.slice(Math.max(from, text.length - LENGTH + 1));
    }
    const [firstSentMs = Number.NaN, ...laterSentMs] = sentAtMs;
    const [firstReceivedMs = Number.NaN, ...laterReceivedMs] = receivedAtMs;
    streams.push({
      timeToFirstTokenMs: firstReceivedMs - askedAtMs - (firstSentMs - arrivedAtMs),
      chunkDelaysMs: laterReceivedMs.map((atMs, chunk) => atMs - (laterSentMs[chunk] ?? Number.NaN)),
      travel: response.headers.get('x-carryon-travel'),
      chunks: sentAtMs.length,
      isWhole,
    });
  }
  return streams;
}

export interface Whole {
  tookMs: number;
  travel: string | null;
  isAnswer: boolean;
}

/** Reads whole answers to these questions, `atOnce` at a time. */
export async function askWhole(asked: {
  questions: string[];
  key: string;
  atOnce: number;
  restMs: number;
}): Promise<Whole[]> {
  const { questions, key, atOnce, restMs } = asked;
  const waiting = [...questions];
  const answers: Whole[] = [];
  const ask = async () => {
    for (let content = waiting.shift(); content !== undefined; content = waiting.shift()) {
      await new Promise((rested) => setTimeout(rested, restMs));
      const beginMs = performance.now();
      const response = await fetch('/v1/chat/completions', {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'app/chat', messages: [{ role: 'user', content }] }),
      });
      const answer = await response.json();
      answers.push({
        tookMs: performance.now() - beginMs,
        travel: response.headers.get('x-carryon-travel'),
        isAnswer: response.ok && Array.isArray(answer.choices),
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, ask));
  return answers;
}

/** Turns on travel mode for a person; the service worker controls the page from then on. */
export async function travelAs(person: string): Promise<void> {
  const module = '/travel.js';
  const { travelMode } = await import(module);
  Object.assign(globalThis, { travel: await travelMode({ person }) });
}

/** How many answers are kept for the page's person. */
export async function keptAnswers(): Promise<number> {
  const { travel } = globalThis as unknown as { travel: { usage(): Promise<{ answers: number }> } };
  return (await travel.usage()).answers;
}
