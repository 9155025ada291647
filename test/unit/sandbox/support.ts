import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { ProviderName } from '../../../sandbox/ask.ts';
import { asArray, asObject, type Json } from '../../../sandbox/json.ts';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import { startSandbox } from '../../../sandbox/start.ts';

const STEP_MS = 5;
const QUIET_MS = 30;
const PATIENCE_MS = 3_000;

/** One sandbox for a test file, without faults before each test. */
export function useSandbox(): () => Sandbox {
  let sandbox: Sandbox | undefined;
  const running = (): Sandbox => {
    if (sandbox === undefined) throw new Error('the sandbox runs inside tests only');
    return sandbox;
  };
  beforeAll(async () => {
    sandbox = await startSandbox({ pace: 'fast' });
  });
  beforeEach(() => running().reset());
  afterAll(() => running().close());
  return running;
}

const PATHS = { openai: '/v1/chat/completions', anthropic: '/v1/messages' };

export const HEADERS: Readonly<Record<ProviderName, Record<string, string>>> = {
  openai: { 'content-type': 'application/json', authorization: 'Bearer sk-test' },
  anthropic: { 'content-type': 'application/json', 'x-api-key': 'sk-test', 'anthropic-version': '2023-06-01' },
};

/** A good request in either format; `rest` overrides its fields. */
export function bodyFor(provider: ProviderName, rest: Json = {}, prompt = 'How do I pack for Lisbon?'): Json {
  const cap = provider === 'anthropic' ? { max_tokens: 4000 } : {};
  return { model: 'test-model', ...cap, messages: [{ role: 'user', content: prompt }], ...rest };
}

export function post(sandbox: Sandbox, provider: ProviderName, body: Json, init: RequestInit = {}): Promise<Response> {
  const headers = { ...HEADERS[provider], ...(init.headers as Record<string, string>) };
  const url = sandbox[provider].origin + PATHS[provider];
  return fetch(url, { method: 'POST', redirect: 'manual', body: JSON.stringify(body), ...init, headers });
}

export async function postJson(sandbox: Sandbox, provider: ProviderName, body: Json): Promise<Json> {
  return asObject(await (await post(sandbox, provider, body)).json());
}

/** A streamed answer's events in order; `[DONE]` and anything that is not JSON as a string. */
export async function postStream(sandbox: Sandbox, provider: ProviderName, body: Json): Promise<unknown[]> {
  return eventsOf(await (await post(sandbox, provider, { ...body, stream: true })).text());
}

export function eventsOf(text: string): unknown[] {
  const lines = text.split('\n').filter((line) => line.startsWith('data: '));
  return lines.map((line) => {
    try {
      return JSON.parse(line.slice(6));
    } catch {
      return line.slice(6);
    }
  });
}

export interface RawAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** The framing says that the body is whole. */
  whole: boolean;
  /** The state of the connection: still open and quiet, closed, or reset. */
  ending: 'open' | 'closed' | 'reset';
}

/**
 * Speaks HTTP by hand, because a client library hides how an answer ended. Reads until the connection ends, or until `settled`
 * accepts what came so far and still does after a moment of quiet; then it leaves.
 */
export function postRaw(
  sandbox: Sandbox,
  provider: ProviderName,
  body: Json,
  settled: (answer: RawAnswer) => void,
): Promise<RawAnswer> {
  const text = JSON.stringify(body);
  const headers = {
    host: 'sandbox',
    connection: 'close',
    'content-length': Buffer.byteLength(text),
    ...HEADERS[provider],
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let quietFor = 0;
    let waited = 0;
    const socket = connect(sandbox[provider].port, '127.0.0.1');
    const finish = (ending: RawAnswer['ending']): void => {
      clearInterval(watch);
      socket.destroy();
      resolve(parseRaw(Buffer.concat(chunks), ending));
    };
    const watch = setInterval(() => {
      waited += STEP_MS;
      quietFor = passes(() => settled(parseRaw(Buffer.concat(chunks), 'open'))) ? quietFor + STEP_MS : 0;
      if (quietFor > QUIET_MS || waited > PATIENCE_MS) finish('open');
    }, STEP_MS);
    socket.on('connect', () => socket.write(`POST ${PATHS[provider]} HTTP/1.1\r\n${lines.join('')}\r\n${text}`));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      quietFor = 0;
    });
    socket.on('end', () => finish('closed'));
    socket.on('error', () => finish('reset'));
  });
}

/** `settled` for answers that end by themselves. */
export function never(): void {
  throw new Error('not settled before the end');
}

function passes(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

function parseRaw(bytes: Buffer, ending: RawAnswer['ending']): RawAnswer {
  const split = bytes.indexOf('\r\n\r\n');
  const [first = '', ...lines] = bytes.subarray(0, Math.max(split, 0)).toString().split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.split(':')[0]?.toLowerCase(), line.replace(/^[^:]*:\s*/, '')]),
  );
  const rest = split < 0 ? Buffer.alloc(0) : bytes.subarray(split + 4);
  const chunked = headers['transfer-encoding'] === 'chunked';
  const { body, whole } = chunked
    ? dechunk(rest)
    : { body: rest.toString(), whole: rest.length === Number(headers['content-length']) };
  return { status: Number(first.split(' ')[1] ?? 0), headers, body, whole, ending };
}

function dechunk(bytes: Buffer): { body: string; whole: boolean } {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString(), 16);
    if (size === 0) return { body: Buffer.concat(pieces).toString(), whole: true };
    pieces.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return { body: Buffer.concat(pieces).toString(), whole: false };
}

/** What a reader would have seen of an answer, whichever format it has. */
export function seen(body: string): { tokens: number; finished: boolean; done: boolean; usages: number; text: string } {
  const events = eventsOf(body);
  const objects = events.map(asObject);
  const texts = objects.map(
    (event) => asObject(event.delta).text ?? asObject(asObject(asArray(event.choices)[0]).delta).content,
  );
  const shown = texts.filter((text): text is string => typeof text === 'string' && text !== '');
  return {
    tokens: shown.length,
    text: shown.join(''),
    finished: objects.some(
      (event) => asObject(event.delta).stop_reason != null || asObject(asArray(event.choices)[0]).finish_reason != null,
    ),
    done: events.includes('[DONE]') || objects.some((event) => event.type === 'message_stop'),
    usages: objects.filter((event) => event.usage != null).length,
  };
}

export function isJson(text: string): boolean {
  return passes(() => JSON.parse(text));
}

export async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 5) {
    if (waited > 3_000) throw new Error('waited three seconds for nothing');
    await sleep(5);
  }
}
