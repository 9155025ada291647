/** A `HealthBoard` that fails or does not answer: operators get an error within seconds, and the log says what is not known. */
import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../worker/app.ts';
import { LOCAL_ADMIN_KEY } from '../../worker/core/identity/identity.ts';
import { type Composition, compose } from '../../worker/deps.ts';
import { TestClock } from '../unit/pipeline/support/clock.ts';
import { callAdmin } from './call-admin.ts';
import { eventually } from './eventually.ts';

type Board = ReturnType<Composition['healthBoard']>;

/** Calls that a board fails to answer. */
let unanswered = 0;
const never = () => {
  unanswered++;
  return new Promise<never>(() => {});
};
const fails = () => {
  unanswered++;
  return Promise.reject(new Error('the object was reset'));
};
const log = vi.spyOn(console, 'warn').mockImplementation(() => {});
afterAll(() => log.mockRestore());

const AGAIN = { forSeconds: 60, reason: 'a test' };
const CHAT = encodeURIComponent('app/chat');
const LOOKS = ['overrides', 'cooldowns'];
const CHANGES: [method: string, path: string, body?: object][] = [
  ['PUT', `pins/${CHAT}`, { deployment: 'b', ...AGAIN }],
  ['DELETE', `pins/${CHAT}`],
  ['PUT', 'bypass', AGAIN],
  ['DELETE', 'bypass'],
  ['PUT', 'faults/a', { fault: 'slow', traffic: 'drill', ...AGAIN }],
  ['DELETE', 'faults/a'],
  ['PUT', `aliases/${CHAT}`, { deployments: [{ id: 'a', model: 'm', price: { input: 1, output: 1 } }], reason: 'x' }],
  ['DELETE', `aliases/${CHAT}`],
  ['DELETE', 'cooldowns/a'],
];

/** Its clock advances once the board has been asked, and not before, so that the log of changes is not cut short. */
async function ask(board: object, method: string, path: string, body?: object) {
  const composition = compose(env);
  const clock = new TestClock();
  const app = createApp(() => ({
    ...{ ...composition, healthBoard: () => board as Board },
    deps: { ...composition.deps, clock },
  }));
  const request = new Request(`http://localhost/admin/${path}`, {
    method,
    headers: { authorization: `Bearer ${LOCAL_ADMIN_KEY}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answering = app(request as Parameters<typeof app>[0], env, createExecutionContext());
  const before = unanswered;
  await eventually(() => expect(unanswered).toBeGreaterThan(before));
  await clock.advance(5_000);
  const response = await answering;
  const { error } = (await response.json()) as { error?: { code: string } };
  return { said: `${response.status} ${error?.code}`, headers: response.headers };
}

const newestRow = async () => (await callAdmin('GET', 'audit?most=1')).body.entries;

describe.each([
  ['fails', fails],
  ['is silent', never],
])('a board that %s', (_, answer) => {
  const all = new Proxy({}, { get: () => answer });

  it.each(LOOKS)('GET %s is a 503 that says when to ask again', async (path) => {
    const { said, headers } = await ask(all, 'GET', path);
    expect(said).toBe('503 board_unavailable');
    expect(headers.get('retry-after')).toBe('1');
  });

  it.each(CHANGES)('%s %s is one too, and its row stays pending', async (method, path, body) => {
    const found = { pins: {}, bypass: {}, faults: {}, aliases: {}, version: 0 };
    const board = { overrides: async () => found, setOverride: answer, clearOverride: answer, clear: answer };
    const { said, headers } = await ask(board, method, path, body);
    expect(said).toBe('503 board_unavailable');
    const row = { pending: true, call: `${method} /admin/${path}`, requestId: headers.get('x-request-id') };
    expect(await newestRow()).toMatchObject([row]);
  });
});
