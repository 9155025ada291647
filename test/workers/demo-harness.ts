/** Calls of the demo inside workerd, as its page makes them. */
import { createExecutionContext } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { expect } from 'vitest';
import { createApp } from '../../worker/app.ts';
import { type Composition, compose } from '../../worker/deps.ts';

export const HOST = 'localhost:8787';
export const ORIGIN = `http://${HOST}`;

interface Reply {
  status: number;
  headers: Headers;
  text: string;
  json: Record<string, unknown> & { error?: { code: string; message: string; param: string | null } };
  code: string;
}

/** `host: ''` and `origin: ''` leave the header out. */
export async function ask(
  method: string,
  path: string,
  {
    body,
    token,
    host = HOST,
    origin = ORIGIN,
    headers = {},
    through = (request) => exports.default.fetch(request),
  }: Asked = {},
): Promise<Reply> {
  const all: Record<string, string> = {
    ...(host !== '' && { host }),
    ...(origin !== '' && { origin }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...headers,
  };
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const request = new Request(`http://${host || HOST}${path}`, {
    method,
    headers: all,
    ...(text !== undefined && { body: text }),
  });
  const response = await through(request);
  const answered = await response.text();
  const json = answered.startsWith('{') ? JSON.parse(answered) : {};
  return {
    status: response.status,
    headers: response.headers,
    text: answered,
    json,
    code: `${response.status} ${json.error?.code ?? 'ok'}`,
  };
}

export interface Asked {
  body?: unknown;
  token?: string;
  host?: string;
  origin?: string;
  headers?: Record<string, string>;
  through?: (request: Request) => Response | Promise<Response>;
}

export const PERSON = '0123456789abcdef0123456789abcdef';
export const tokenOf = async (person?: string): Promise<string> => {
  const { status, json } = await ask('POST', '/demo/token', person === undefined ? {} : { body: { person } });
  expect(status).toBe(201);
  return String(json.token);
};
export const claimsOf = (token: string) =>
  JSON.parse(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')));
/** The app with another environment or config. */
export function appWith(change: (composition: Composition) => Composition, variables: Record<string, unknown> = {}) {
  const composition = change(compose({ ...env, ...variables }));
  const app = createApp(() => composition);
  return (request: Request) =>
    app(request as Request<unknown, IncomingRequestCfProperties<unknown>>, env, createExecutionContext());
}
export const DEPLOYED = { CARRYON_LOCAL: undefined, KEY_SECRET: 'a secret of the test, long enough' };

export const CALLS: [method: string, path: string, body?: object][] = [
  ['POST', '/demo/token', { person: PERSON }],
  ['PUT', '/demo/limits', { dailyUsd: 0.01 }],
  ['PUT', '/demo/faults/a'],
  ['DELETE', '/demo/faults/a'],
];
