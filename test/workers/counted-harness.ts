/** The whole Worker with its objects inside workerd: a config in which a client can cause each ending, scripted providers, a clock that the test moves. */
import { runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { vi } from 'vitest';
import configInput from '../../carryon.config.ts';
import { CHECKED_CONFIG } from '../../worker/checked-config.ts';
import { checkConfig, problemText } from '../../worker/core/config/check.ts';
import { PRESETS } from '../../worker/providers/presets.ts';
import { callAdmin } from './call-admin.ts';

/** Whatever a client or a provider writes in these tests holds it; `secret('user')` is one such word. */
const MARK = 'zq7x';
export const secret = (what: string): string => `${MARK}-${what}`;
/** Random enough to be one. */
export const VISITOR = secret('visitor-0123456789abcdef');
/** Secrets that the router itself made: keys and tokens. */
export const handedOut: string[] = ['sk-local-dev-key', 'sk-local-admin-key'];
export const secretsIn = (text: string): string[] => [
  ...new Set(text.match(new RegExp(`${MARK}[\\w-]*`, 'gi'))),
  ...handedOut.filter((key) => text.includes(key)),
];

const HOUR_MS = 3_600_000;
export const BEGAN_AT = Date.now();
export const MAINTENANCE_AT = BEGAN_AT + 5 * HOUR_MS;
const iso = (at: number): string => new Date(at).toISOString();

const checked = checkConfig(
  {
    ...configInput,
    aliases: {
      ...configInput.aliases,
      'app/narrow': { deployments: [{ id: 'narrow', fromEnvironment: 'PROVIDER_A', maxParallel: 1 }] },
    },
    features: {
      ...configInput.features,
      capped: { alias: 'app/chat', maxOutputTokens: 50 },
      degraded: { alias: 'app/chat', maxOutputTokens: 50, onExceed: 'degrade', safeguard: { maxOutputTokens: 20 } },
    },
    tenants: { broke: { limits: { monthlyUsd: 0 } }, slow: { limits: { rps: 0.001, burst: 1 } } },
    slo: {
      preset: 'chat',
      objectives: [
        { name: 'success', sli: 'success', target: 99 },
        { name: 'first-content', sli: 'ttft', under: '2.5s', target: 95 },
      ],
      showCounts: true,
      maintenance: {
        windows: [
          {
            ...{ from: iso(MAINTENANCE_AT), to: iso(MAINTENANCE_AT + HOUR_MS), reason: 'a new database' },
            announcedAt: iso(BEGAN_AT - 72 * HOUR_MS),
          },
        ],
      },
    },
    telemetry: {
      // Any variables that are set.
      otlp: { url: 'PROVIDER_A_API_BASE' },
      langfuse: { url: 'PROVIDER_B_API_BASE', publicKey: 'PROVIDER_A_MODEL', secretKey: 'PROVIDER_B_MODEL' },
      logs: true,
    },
    router: { ...configInput.router, numRetries: 0, allowedFails: 1_000, totalTimeout: '15s', strictParams: true },
  },
  PRESETS,
);
if (!checked.ok) throw new Error(checked.error.map(problemText).join('; '));
// Before its first request the Worker has read nothing of it.
Object.assign(CHECKED_CONFIG, checked.value);
// A line for each call as well.
Object.assign(env, { CARRYON_LOG: 'requests' });

/** What left the Worker: to providers, to receivers of telemetry, into the log. */
export const sent = { providers: [] as string[], telemetry: [] as string[], log: [] as string[] };

export interface Call {
  /** `a` speaks OpenAI's format, `b` Anthropic's. */
  to: 'a' | 'b';
  stream: boolean;
  signal: AbortSignal | null | undefined;
}
export type Provider = (call: Call) => Response | Promise<Response>;
let provider: Provider;
export const provides = (next: Provider): void => {
  provider = next;
};

/** Time stands still until a test moves it. A timer looks at it, in its own request or object: what belongs to one cannot be run by another. */
let now = BEGAN_AT;
const timers = new Map<unknown, number>();
const { setInterval: every, clearInterval: stop, setTimeout: after } = globalThis;
vi.spyOn(Date, 'now').mockImplementation(() => now);
vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, ms = 0) => {
  const at = now + ms;
  const timer = every(() => {
    if (now < at) return;
    clearTimeout(timer);
    run();
  }, 1);
  timers.set(timer, at);
  return timer;
}) as typeof setTimeout);
vi.spyOn(globalThis, 'clearTimeout').mockImplementation((timer) => {
  timers.delete(timer);
  stop(timer as Parameters<typeof stop>[0]);
});

const turn = () => new Promise<void>((resume) => void after(resume, 1));
/** Until it is so. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await turn();
}

/** Lets time pass, timer by timer. */
export async function pass(ms: number): Promise<void> {
  const end = now + ms;
  for (;;) {
    const next = Math.min(end, ...timers.values());
    now = Math.max(now, next);
    const due = [...timers].filter(([, at]) => at <= now);
    for (let turns = 0; turns < 2_000 && due.some(([timer]) => timers.has(timer)); turns++) await turn();
    // One of a request that is over never runs.
    for (const [timer] of due) timers.delete(timer);
    if (now >= end) return;
  }
}

for (const level of ['log', 'warn', 'error'] as const) {
  vi.spyOn(console, level).mockImplementation((...line) => void sent.log.push(line.join(' ')));
}
vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
  const url = String(input);
  const all = `${url} ${JSON.stringify([...new Headers(init?.headers)])} ${init?.body}`;
  if (/\/v1\/(?:traces|metrics)$/.test(url)) {
    sent.telemetry.push(all);
    return new Response('{}', { headers: { 'content-type': 'application/json' } });
  }
  sent.providers.push(all);
  const { stream } = JSON.parse(String(init?.body)) as { stream?: boolean };
  return provider({ to: url.includes(':8788/') ? 'a' : 'b', stream: stream === true, signal: init?.signal });
});

export interface Asked {
  /** Null: no key. */
  key?: string | null;
  headers?: Record<string, string>;
  /** A string or a stream is sent as it is. */
  body?: Record<string, unknown> | string | ReadableStream;
  stream?: boolean;
  signal?: AbortSignal;
  host?: string;
}

export function send({ key = 'sk-local-dev-key', headers = {}, body = {}, stream, signal, host = 'localhost' }: Asked) {
  const isRaw = typeof body === 'string' || body instanceof ReadableStream;
  const chat = {
    model: 'app/chat',
    messages: [{ role: 'user', content: secret('prompt') }],
    ...(stream && { stream }),
  };
  const request = new Request(`http://${host}/v1/chat/completions?${secret('query')}`, {
    method: 'POST',
    headers: {
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...{ 'user-agent': secret('agent'), cookie: secret('cookie'), 'x-forwarded-for': secret('address') },
      ...{ 'x-carryon-visitor': VISITOR, 'x-own': secret('header'), tracestate: `a=${secret('trace')}` },
      ...headers,
    },
    body: isRaw ? body : JSON.stringify({ ...chat, ...body }),
    ...(signal && { signal }),
  });
  return exports.default.fetch(request);
}

/** A client that reads its answer to the end; the request's id. */
export async function ask(asked: Asked = {}): Promise<string | null> {
  const response = await send(asked);
  await response.text().catch(() => {});
  return response.headers.get('x-request-id');
}

export async function newKey(fields: Record<string, unknown>): Promise<string> {
  const { status, body } = await callAdmin('POST', 'keys', { tenant: 'acme', name: secret('name'), ...fields });
  if (status !== 201) throw new Error(JSON.stringify(body));
  handedOut.push(String(body.key));
  return String(body.key);
}

/** Every row that the book keeps, as text. */
export const rowsOfBook = (): Promise<string> =>
  runInDurableObject(env.SLO_BOOK.get(env.SLO_BOOK.idFromName('book')), (_, { storage: { sql } }) => {
    const tables = sql.exec<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf*'",
    );
    const rows = [...tables].flatMap(({ name }) => [...sql.exec(`SELECT * FROM "${name}"`).raw()]);
    return rows
      .flat()
      .map((value) => (value instanceof ArrayBuffer ? new TextDecoder('latin1').decode(value) : String(value)))
      .join('\n');
  });
