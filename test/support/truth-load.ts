/** Requests of every kind that a report counts, and what their clients saw. */
import { Agent, type IncomingMessage, request } from 'node:http';
import { LOCAL_CLIENT_KEY } from '../../worker/core/identity/identity.ts';

/** What a client knows about its request after the end. */
export interface Seen {
  kind: string;
  feature: string | null;
  status: number;
  code: string | null;
  ending: 'complete' | 'left' | 'cut' | 'refused';
  hadContent: boolean;
  /** The time from sending to the first content; null if none came. */
  ttftMs: number | null;
  totalMs: number;
  /** Undefined if the client left before it could learn the cost. */
  costMicroUsd: number | undefined;
  inputTokens: number;
  outputTokens: number;
  deployment: string | null;
  hops: number;
  isHit: boolean;
}

export interface Sending {
  kind: string;
  feature: string | null;
  model?: string;
  stream?: boolean;
  question?: string;
  key?: string;
  headers?: Readonly<Record<string, string>>;
  /** A raw body in place of a question's. */
  raw?: string;
  /** The client leaves after this time, or with `leavesAtContent` at the first content. */
  leavesAfterMs?: number;
  leavesAtContent?: boolean;
}

interface Piece {
  error?: { code: string | null };
  choices?: { delta?: { content?: string | null }; message?: { content?: string | null } }[];
  usage?: { prompt_tokens: number; completion_tokens: number } | null;
  carryon?: { attempts: { hop: number; deployment: string }[]; costUsd: number };
}

const agent = new Agent({ keepAlive: true, maxFreeSockets: 400 });

const bodyOf = ({ raw, model = 'good', stream, question = 'In 12 words: what is a failover?' }: Sending): string =>
  raw ??
  JSON.stringify({
    model,
    messages: [{ role: 'user', content: question }],
    ...(stream && { stream, stream_options: { include_usage: true } }),
  });

/** Sends one request and reads its answer to the end, or leaves when `sending` says so. */
export function send(url: string, sending: Sending): Promise<Seen> {
  const { kind, feature, stream = false, key = LOCAL_CLIENT_KEY, headers, leavesAfterMs, leavesAtContent } = sending;
  const beganAt = performance.now();
  const seen: Seen = {
    ...{ kind, feature, status: 0, code: null, ending: 'complete', hadContent: false, ttftMs: null, totalMs: 0 },
    ...{ costMicroUsd: undefined, inputTokens: 0, outputTokens: 0, deployment: null, hops: 0, isHit: false },
  };
  return new Promise((resolve, reject) => {
    let text = '';
    let isOver = false;
    const asking = request(`${url}/v1/chat/completions`, {
      method: 'POST',
      agent,
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        ...(feature !== null && { 'x-carryon-feature': feature }),
        ...headers,
      },
    });
    const end = (ending: Seen['ending']) => {
      if (isOver) return;
      isOver = true;
      seen.ending = ending;
      seen.totalMs = performance.now() - beganAt;
      readAll(seen, text, stream);
      resolve(seen);
    };
    const leave = () => {
      end('left');
      asking.destroy();
    };
    asking.on('error', (error) => {
      if (isOver) return;
      // The kept connection was just being closed, so the request did not arrive.
      if (asking.reusedSocket) send(url, sending).then(resolve, reject);
      else reject(error);
    });
    asking.on('response', (response: IncomingMessage) => {
      const header = (name: string) => response.headers[name] as string | undefined;
      seen.status = response.statusCode ?? 0;
      seen.isHit = header('x-carryon-cache') === 'hit';
      seen.deployment = header('x-carryon-deployment') ?? null;
      seen.hops = Number(header('x-carryon-hops') ?? 0);
      if (header('x-carryon-cost-usd') !== undefined) seen.costMicroUsd = micro(Number(header('x-carryon-cost-usd')));
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        text += piece;
        if (seen.ttftMs !== null || !/"content":\s*"[^"]/.test(text)) return;
        seen.ttftMs = performance.now() - beganAt;
        seen.hadContent = true;
        if (leavesAtContent) leave();
      });
      response.on('end', () => end(seen.status >= 400 ? 'refused' : /"error":/.test(text) ? 'cut' : 'complete'));
      response.on('error', () => end('cut'));
    });
    asking.end(bodyOf(sending));
    if (leavesAfterMs !== undefined) setTimeout(leave, leavesAfterMs);
  });
}

const micro = (usd: number): number => Math.round(usd * 1e6);

function readAll(seen: Seen, text: string, stream: boolean): void {
  const texts =
    stream && seen.status === 200 ? text.split('\n').flatMap((line) => line.match(/^data: (\{.*)/)?.[1] ?? []) : [text];
  for (const json of texts) {
    let piece: Piece;
    try {
      piece = JSON.parse(json) as Piece;
    } catch {
      continue; // cut in the middle
    }
    seen.code = piece.error?.code ?? seen.code;
    if (piece.usage) [seen.inputTokens, seen.outputTokens] = [piece.usage.prompt_tokens, piece.usage.completion_tokens];
    if (piece.carryon === undefined) continue;
    seen.costMicroUsd = micro(piece.carryon.costUsd);
    seen.hops = piece.carryon.attempts.at(-1)?.hop ?? seen.hops;
  }
}

/** Sends all requests, at most `atOnce` at a time. */
export async function sendAll(urls: readonly string[], all: readonly Sending[], atOnce: number): Promise<Seen[]> {
  const seen: Seen[] = [];
  let next = 0;
  const client = async () => {
    for (let index = next++; index < all.length; index = next++) {
      seen.push(await send(urls[index % urls.length] as string, all[index] as Sending));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  return seen;
}
