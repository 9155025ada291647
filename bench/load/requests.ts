import { randomUUID } from 'node:crypto';

const PROMPT =
  'Summarise for me, in plain words, what the river said to the fox and why the dog slept through it. '.repeat(10);
/** A conversation of 33 messages of 1 KB, as long chats have. */
const LONG_CONVERSATION = Array.from({ length: 33 }, (_, index) => ({
  role: index % 2 === 0 ? 'user' : 'assistant',
  content: PROMPT,
}));
const THOUSAND = 1_000;
const ANY_UUID = '00000000-0000-0000-0000-000000000000';

/** How a subject is asked. `index` counts the requests of a run. The prompt is 1 KB unless a set says otherwise. */
export interface Requests {
  whole(index: number): Buffer;
  streamed(index: number): Buffer;
}

export type MakeRequests = (apiKey: string) => Requests;

export const HEALTH_REQUEST = Buffer.from('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');

/** Requests with just a key, as most clients send them. */
export const ofLocalKey: MakeRequests = (apiKey) => always(apiKey, {}, []);

export const ofLongPrompts: MakeRequests = (apiKey) => always(apiKey, { messages: LONG_CONVERSATION }, []);

export const ofOneUser: MakeRequests = (apiKey) => always(apiKey, {}, ['x-carryon-user: ana']);

export const ofThousandUsers: MakeRequests = (apiKey) => {
  const users = Array.from({ length: THOUSAND }, (_, user) => always(apiKey, {}, [`x-carryon-user: user-${user}`]));
  const of = (index: number) => users[index % THOUSAND] as Requests;
  return { whole: (index) => of(index).whole(index), streamed: (index) => of(index).streamed(index) };
};

/** The same question every time, for a feature that caches answers. */
export const ofCacheHits: MakeRequests = (apiKey) =>
  always(apiKey, {}, ['x-carryon-user: ana', 'x-carryon-feature: summarize']);

/** A new question every time, for the same feature, so that none is in the cache yet. */
export const ofCacheMisses: MakeRequests = (apiKey) => {
  const headers = ['x-carryon-user: ana', 'x-carryon-feature: summarize'];
  const question = { messages: [{ role: 'user', content: `${PROMPT} ${ANY_UUID}` }] };
  const whole = chatRequest(apiKey, question, headers);
  const streamed = chatRequest(apiKey, { ...question, stream: true }, headers);
  return { whole: () => withNewKey(whole), streamed: () => withNewKey(streamed) };
};

/** A new idempotency key every time. */
export const ofKeys: MakeRequests = (apiKey) => keyed(apiKey, []);

/** A new idempotency key every time, for streams that can be resumed. */
export const ofResumable: MakeRequests = (apiKey) => keyed(apiKey, ['x-carryon-resume: 1']);

/** The same request every time. */
function always(apiKey: string, body: Record<string, unknown>, headers: readonly string[]): Requests {
  const whole = chatRequest(apiKey, body, headers);
  const streamed = chatRequest(apiKey, { ...body, stream: true }, headers);
  return { whole: () => whole, streamed: () => streamed };
}

function keyed(apiKey: string, headers: readonly string[]): Requests {
  const { whole, streamed } = always(apiKey, {}, ['x-carryon-user: ana', `idempotency-key: ${ANY_UUID}`, ...headers]);
  return { whole: () => withNewKey(whole(0)), streamed: () => withNewKey(streamed(0)) };
}

/** A copy of the request with a new UUID in place of its first one. */
function withNewKey(template: Buffer): Buffer {
  const request = Buffer.from(template);
  request.write(randomUUID(), template.indexOf(ANY_UUID), 'latin1');
  return request;
}

function chatRequest(apiKey: string, options: Record<string, unknown>, headers: readonly string[]): Buffer {
  const body = JSON.stringify({
    model: 'app/chat',
    messages: [
      { role: 'system', content: 'You are a helpful assistant.' },
      { role: 'user', content: PROMPT },
    ],
    temperature: 0.2,
    max_tokens: 400,
    ...options,
  });
  const head = [
    'POST /v1/chat/completions HTTP/1.1',
    'host: localhost',
    `authorization: Bearer ${apiKey}`,
    'content-type: application/json',
    'accept: application/json',
    'user-agent: carryon-bench',
    ...headers,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}
