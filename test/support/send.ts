/**
 * Sends a request exactly as written, with any method, path, header and body. Replies are kept, so that tests can search them for secrets.
 */
import { once } from 'node:events';
import { type Agent, type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { LOCAL_CLIENT_KEY } from '../../worker/core/identity/identity.ts';
import type { WireError } from './ask.ts';
import { patiently } from './patiently.ts';

export interface SendOptions {
  method?: string;
  headers?: OutgoingHttpHeaders;
  /** The credential. The default is the local client key. Null for none. */
  key?: string | null;
  /** Objects are sent as JSON, and text and bytes unchanged. `pieces` are sent one by one, without a length. */
  body?: object | string | Uint8Array;
  pieces?: Iterable<Uint8Array>;
  /** True if the body is not ended before the answer is here. Ending it into a closed connection may lose the answer. */
  unended?: boolean;
  agent?: Agent;
}

export interface Sent {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
  /** The body, if it is JSON. */
  json: Record<string, unknown> & { error?: WireError };
}

/** Everything that any router sent to this test file, headers included. */
export const said: string[] = [];

/** Sends a request. An admin call obeys the rate of its key. */
export const send = (url: string, path: string, options: SendOptions = {}): Promise<Sent> =>
  path.startsWith('/admin/') ? patiently(() => sendOnce(url, path, options)) : sendOnce(url, path, options);

async function sendOnce(url: string, path: string, options: SendOptions): Promise<Sent> {
  const { method = 'POST', headers = {}, key = LOCAL_CLIENT_KEY, body, pieces, unended = false, agent } = options;
  const bytes =
    body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  const asking = request(url, {
    method,
    path,
    ...(agent && { agent }),
    headers: {
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...(bytes !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes) }),
      ...headers,
    },
  });
  // A router that refuses early closes the connection while we are still writing. Its answer counts.
  const answered = once(asking, 'response') as Promise<[IncomingMessage]>;
  asking.on('error', () => {});
  if (pieces !== undefined) await writeAll(asking, pieces, answered);
  if (unended) asking.flushHeaders();
  else asking.end(bytes);
  const [response] = await answered;
  let text = '';
  try {
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
  } catch {
    // Writing failed for the rest of a body that the router did not read.
  }
  if (unended) asking.destroy();
  said.push(`${response.statusCode} ${JSON.stringify(response.headers)} ${text}`);
  return { status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) };
}

async function writeAll(
  asking: ClientRequest,
  pieces: Iterable<Uint8Array>,
  answered: Promise<unknown>,
): Promise<void> {
  let over = false;
  const ended = answered
    .catch(() => {})
    .then(() => {
      over = true;
    });
  for (const piece of pieces) {
    if (over) return;
    if (!asking.write(piece)) await Promise.race([once(asking, 'drain'), ended]);
  }
}

function parsed(text: string): Sent['json'] {
  try {
    return JSON.parse(text) as Sent['json'];
  } catch {
    return {};
  }
}

export const CHAT = '/v1/chat/completions';

export const chatBody = (more: object = {}): Record<string, unknown> => ({
  model: 'app/chat',
  messages: [{ role: 'user', content: 'In 12 words: what is a failover?' }],
  ...more,
});
