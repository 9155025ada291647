/** How requests are asked, and how providers answer. */
import { exports } from 'cloudflare:workers';
import { failing, goodReply, goodStream, role, text } from '../unit/pipeline/support/openai.ts';
import { callAdmin } from './call-admin.ts';
import {
  type Asked,
  ask,
  handedOut,
  newKey,
  type Provider,
  pass,
  provides,
  secret,
  send,
  sent,
  until,
} from './counted-harness.ts';

const encoder = new TextEncoder();
const JSON_TYPE = { 'content-type': 'application/json' };
const bodyOf = ({ body = [] }: ReturnType<typeof goodReply>): string => body.join('');
const ANSWER = secret('answer');

export const good: Provider = ({ to, stream }) => {
  if (to === 'a')
    return stream
      ? new Response(bodyOf(goodStream(ANSWER, ' and more')), { headers: { 'content-type': 'text/event-stream' } })
      : new Response(bodyOf(goodReply(ANSWER)), { headers: JSON_TYPE });
  const content = [{ type: 'text', text: ANSWER }];
  const usage = { input_tokens: 10, output_tokens: 5 };
  const message = { id: 'm', type: 'message', role: 'assistant', model: 'served', stop_reason: 'end_turn' };
  return new Response(JSON.stringify({ ...message, content, usage }), { headers: JSON_TYPE });
};
export const callsTool: Provider = () => {
  const call = {
    id: 'c',
    type: 'function',
    function: { name: 'look_up', arguments: `{"of":"${secret('argument')}"}` },
  };
  const reply = JSON.parse(bodyOf(goodReply('')));
  const message = { role: 'assistant', content: null, tool_calls: [call] };
  reply.choices = [{ index: 0, message, finish_reason: 'tool_calls' }];
  return new Response(JSON.stringify(reply), { headers: JSON_TYPE });
};
export const fails =
  (status: number): Provider =>
  () => {
    const words = { message: secret('message'), code: secret('code'), param: secret('param') };
    return new Response(bodyOf(failing(status, words)), { status, headers: JSON_TYPE });
  };
/** Says nothing until its router leaves. */
export const hangs: Provider = ({ signal }) =>
  new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
export const begins =
  (...end: string[]): Provider =>
  ({ signal }) => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const event of [role, text(ANSWER), ...end]) controller.enqueue(encoder.encode(event));
        if (end.length > 0) controller.close();
        else signal?.addEventListener('abort', () => controller.error(signal.reason));
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  };

export type Ids = (string | null)[];
export const asking =
  (asked: Asked | (() => Promise<Asked>) = {}, provider = good) =>
  async (): Promise<Ids> => {
    provides(provider);
    return [await ask(typeof asked === 'function' ? await asked() : asked)];
  };
export const feature = (name: string, more: Record<string, string> = {}) => ({
  headers: { 'x-carryon-feature': name, ...more },
});
export const keyed = (key: string) => ({ headers: { 'idempotency-key': secret(key) } });
export const ORIGIN = 'https://app.example';
export const pageKey = () => newKey({ kind: 'publishable', origins: [ORIGIN] });
export const question = (what: string) => ({ messages: [{ role: 'user', content: secret(what) }] });

export const provided = async (asked: () => Promise<Response>): Promise<Promise<Response>[]> => {
  const before = sent.providers.length;
  const response = asked();
  response.catch(() => {});
  await until(() => sent.providers.length > before);
  return [response];
};
/** A client that gives up after 3 s of silence. */
export const leaving = (asked: Asked) => async (): Promise<Ids> => {
  provides(hangs);
  const gone = new AbortController();
  const [response] = await provided(() => send({ ...asked, signal: gone.signal }));
  await pass(3_000);
  gone.abort();
  await response?.catch(() => {});
  return [null];
};
/** Reads it too: in workerd an answer that nobody reads can break later requests. */
export async function idOf(asked: Promise<Response> | undefined): Promise<string | null> {
  const response = await asked;
  await response?.text();
  return response?.headers.get('x-request-id') ?? null;
}
/** An answer of which something has come. */
export async function begun({ body }: Response): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  return reader;
}
/** Two who ask the same at once. */
export const both = (asked: Asked) => async (): Promise<Ids> => {
  let isReleased = false;
  provides(async (call) => {
    while (!isReleased) await new Promise((resume) => void setTimeout(resume, 0));
    return good(call);
  });
  const [first] = await provided(() => send(asked));
  const second = ask(asked);
  isReleased = true;
  return [await idOf(first), await second];
};
export async function token(): Promise<string> {
  const request = new Request('http://localhost/v1/tokens', {
    method: 'POST',
    headers: { authorization: 'Bearer sk-local-dev-key' },
    body: JSON.stringify({ user: secret('person'), ttlSeconds: 1 }),
  });
  const { token } = await (await exports.default.fetch(request)).json<{ token: string }>();
  handedOut.push(token);
  return token;
}
export async function drillKey(): Promise<string> {
  const { body } = await callAdmin('POST', 'drills', { minutes: 10, maxCostUsd: 1 });
  handedOut.push(String(body.key));
  return String(body.key);
}
