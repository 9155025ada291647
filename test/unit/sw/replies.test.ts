import { expect, it } from 'vitest';
import { SseParser } from '../../../protocol/sse.ts';
import { lostEvent, offlineReply, staleReply } from '../../../sw/core/replies.ts';

const COMPLETION = JSON.stringify({
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'app/chat',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
  usage: { total_tokens: 3 },
});
const STALE = { completion: COMPLETION, ageSeconds: 61, cause: 'http_502' } as const;

const datasOf = (text: string): string[] => {
  const datas: string[] = [];
  new SseParser({ onEvent: ({ data }) => datas.push(data) }).feed(text);
  return datas;
};

it('nothing kept and nothing queued', () => {
  const { status, headers, body } = offlineReply('offline', null);
  expect(status).toBe(503);
  expect(headers).toEqual({
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'retry-after': '30',
    'x-should-retry': 'false',
    'x-carryon-travel': 'offline',
    'x-carryon-travel-cause': 'offline',
  });
  expect(JSON.parse(body).error).toMatchObject({ type: 'offline', code: 'offline', param: null });
});

it.each([
  ['offline', /cannot be reached/],
  ['unreachable', /cannot be reached/],
  ['http_503', /has no answer right now/],
] as const)('where the cause is %s the message says no more than is true', (cause, words) => {
  for (const id of [null, 'k1']) expect(JSON.parse(offlineReply(cause, id).body).error.message).toMatch(words);
});

it('queued, with its id', () => {
  const { status, headers, body } = offlineReply('unreachable', 'k1');
  expect(status).toBe(503);
  expect(headers).toMatchObject({
    'x-carryon-travel': 'queued',
    'x-carryon-travel-id': 'k1',
    'x-carryon-travel-cause': 'unreachable',
  });
  expect(JSON.parse(body).error).toMatchObject({ type: 'offline', code: 'offline_queued', param: null });
});

it('a kept answer as JSON', () => {
  const { status, headers, body } = staleReply(STALE, { stream: false, includeUsage: false });
  expect([status, body]).toEqual([200, COMPLETION]);
  expect(headers).toEqual({
    'content-type': 'application/json',
    'cache-control': 'no-store',
    age: '61',
    'x-carryon-travel': 'stale',
    'x-carryon-travel-cause': 'http_502',
  });
});

it('a kept answer as a stream that is whole', () => {
  const { headers, body } = staleReply(STALE, { stream: true, includeUsage: false });
  expect(headers['content-type']).toContain('text/event-stream');
  const datas = datasOf(body);
  expect(datas.at(-1)).toBe('[DONE]');
  expect(body).not.toContain('total_tokens');
  expect(staleReply(STALE, { stream: true, includeUsage: true }).body).toContain('total_tokens');
});

it('a stream that is lost ends by name', () => {
  const [data = ''] = datasOf(lostEvent());
  expect(JSON.parse(data).error).toMatchObject({ type: 'offline', code: 'stream_lost', param: null });
});

it('says what the router told of the attempts that failed, and nothing where it told nothing', () => {
  const carryon = { attempts: [{ deployment: 'a', result: 'server_error' }] };
  for (const id of [null, 'k1']) {
    expect(JSON.parse(offlineReply('http_503', id, carryon).body).carryon).toEqual(carryon);
    expect(offlineReply('http_503', id).body).not.toContain('carryon');
  }
});
