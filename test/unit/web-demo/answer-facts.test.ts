import { describe, expect, it } from 'vitest';
import { factsOf, problemOf, queuedFacts, stepsOf } from '../../../web-demo/core/answer-facts.ts';
import { errorInBody, Reading } from '../../../web-demo/core/reading.ts';

const header = (headers: Record<string, string>) => (name: string) => headers[name] ?? null;
const measured = { askedAt: 5, answeredAt: 9, firstWordMs: 400, totalMs: 900, resumed: 1 };
const chunk = (fields: object) => JSON.stringify(fields);
const said = (content: string, reason: string | null = null) =>
  chunk({ model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: reason }] });

describe('an answer that is read', () => {
  it('is its text, and what the last chunk says', () => {
    const reading = new Reading();
    const attempt = {
      deployment: 'a',
      model: 'm',
      startedMs: 3,
      ttftMs: null,
      ms: 40,
      result: 'server_error',
      status: 503,
      hop: 0,
    };
    const cooldown = { deployment: 'b', cause: 'server_error', leftMs: 9_000 };
    const last = { attempts: [attempt, 'nonsense', {}], cooldowns: [cooldown, null], costUsd: 0.002 };
    for (const data of [
      said('One '),
      said('two', 'stop'),
      chunk({ choices: [], usage: { completion_tokens: 2 }, carryon: last }),
      '[DONE]',
      said('never read'),
    ])
      reading.take(data);
    expect(reading.isDone).toBe(true);
    expect(reading.told).toEqual({
      ...{ text: 'One two', model: 'm', outputTokens: 2, finishReason: 'stop', costUsd: 0.002 },
      ...{ attempts: [attempt], cooldowns: [cooldown] },
    });
  });

  it('ends with an error of the router, and says nothing after it', () => {
    const reading = new Reading();
    for (const data of [
      said('One'),
      chunk({ error: { code: 'stream_lost', message: 'Lost.' } }),
      said('Two'),
      '[DONE]',
    ])
      reading.take(data);
    expect([reading.text, reading.isDone, reading.error]).toEqual([
      ...['One', false],
      { code: 'stream_lost', message: 'Lost.' },
    ]);
  });

  it('passes over what it cannot read', () => {
    const reading = new Reading();
    for (const data of [
      '',
      'nonsense',
      '[]',
      'null',
      '7',
      '{}',
      '{"choices":[null]}',
      '{"choices":[{"delta":null}]}',
      said('ok'),
    ])
      reading.take(data);
    expect([reading.text, reading.error, reading.isDone]).toEqual(['ok', undefined, false]);
  });

  it('has the words of a refusal', () => {
    const reading = new Reading();
    reading.take(chunk({ choices: [{ delta: { refusal: 'I cannot.' } }] }));
    expect(reading.text).toBe('I cannot.');
  });

  it('may be a whole completion', () => {
    const reading = new Reading();
    reading.takeWhole(
      chunk({
        model: 'm',
        choices: [{ message: { content: 'All.' }, finish_reason: 'length' }],
        usage: { completion_tokens: 1 },
      }),
    );
    expect([reading.text, reading.isDone, reading.told.finishReason]).toEqual(['All.', true, 'length']);
    for (const [body, code] of [
      ['<html>', 'unreadable'],
      ['{"error":{"type":"offline"}}', 'offline'],
      ['{}', 'unreadable'],
    ] as const) {
      const bad = new Reading();
      bad.takeWhole(body);
      expect([bad.isDone, bad.error?.code]).toEqual([false, code]);
    }
  });
});

describe('the facts of an answer', () => {
  const told = {
    text: 'x',
    model: 'alias',
    outputTokens: 2,
    finishReason: 'stop',
    costUsd: 0.1,
    attempts: null,
    cooldowns: [],
  };

  it('come from headers, body and watch', () => {
    const headers = {
      'x-request-id': 'r',
      'x-carryon-model': 'm',
      'x-carryon-mode': 'drill',
      'server-timing': 'admit;dur=1.5',
    };
    expect(factsOf(header(headers), told, measured)).toEqual({
      ...measured,
      ...{ requestId: 'r', source: { kind: 'live' }, model: 'm', outputTokens: 2, finishReason: 'stop', costUsd: 0.1 },
      ...{ mode: 'drill', attempts: null, cooldowns: [], steps: [{ name: 'admit', ms: 1.5 }] },
    });
  });

  it('say nothing of costs where those are hidden, and nothing was guessed', () => {
    const hidden = { ...told, costUsd: null };
    for (const headers of [{}, { 'x-carryon-cache': 'hit' }, { 'x-carryon-travel': 'stale' }])
      expect(factsOf(header(headers), hidden, measured).costUsd).toBeNull();
  });

  it.each([
    [{}, { kind: 'live' }, 0.1],
    [{ 'x-carryon-cache': 'miss' }, { kind: 'live' }, 0.1],
    [{ 'x-carryon-cache': 'hit', age: '60' }, { kind: 'cached', ageMs: 60_000 }, 0],
    [{ 'x-carryon-cache': 'stale' }, { kind: 'cached', ageMs: 0 }, 0],
    [{ 'x-carryon-travel': 'live' }, { kind: 'live' }, 0.1],
    [
      { 'x-carryon-travel': 'stale', 'x-carryon-travel-cause': 'http_502', age: '5' },
      { kind: 'saved', ageMs: 5_000, cause: 'http_502' },
      0,
    ],
  ])('say where it came from: %j', (headers, source, costUsd) => {
    expect(factsOf(header(headers), told, measured)).toMatchObject({ source, costUsd, mode: 'normal', model: 'alias' });
  });

  it('of a question that waited say when it was answered, and what it cost', () => {
    const facts = queuedFacts(header({ 'x-carryon-cost-usd': '0.003' }), { ...told, costUsd: null }, 5, 9);
    expect(facts).toMatchObject({ source: { kind: 'queued', answeredAt: 9 }, costUsd: 0.003, firstWordMs: null });
  });

  it.each([
    [null, []],
    ['', []],
    ['nonsense, a;dur=x, ;dur=1, b;desc="b";dur=2', [{ name: 'b', ms: 2 }]],
  ])('have the steps that the router named: %j', (text, steps) => {
    expect(stepsOf(text)).toEqual(steps);
  });
});

describe('a problem', () => {
  it.each([
    [{ 'retry-after': '30' }, 31_000],
    [{ 'retry-after': '30', 'retry-after-ms': '250' }, 1_250],
    [{ 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, null],
    [{ 'retry-after': '-1' }, null],
    [{}, null],
  ])('says when asking again may help: %j', (headers, retryAt) => {
    expect(problemOf(429, header(headers), undefined, 1_000).retryAt).toBe(retryAt);
  });

  it('says when a spent budget is new, as the router says it', () => {
    const error = errorInBody('{"error":{"code":"budget_exceeded","message":"Spent.","limit":{"resetsAt":90000}}}');
    expect(problemOf(429, header({}), error, 1_000).retryAt).toBe(90_000);
    expect(problemOf(429, header({ 'retry-after': '30' }), error, 1_000).retryAt).toBe(31_000);
    const odd = errorInBody('{"error":{"code":"budget_exceeded","limit":{"resetsAt":"soon"}}}');
    expect(problemOf(429, header({}), odd, 1_000).retryAt).toBeNull();
  });

  it('has the router’s own code and words', () => {
    const error = errorInBody('{"error":{"code":"budget_exceeded","message":"Spent."}}');
    expect(problemOf(429, header({ 'x-request-id': 'r' }), error, 0)).toEqual({
      ...{ code: 'budget_exceeded', status: 429, retryAt: null, message: 'Spent.', requestId: 'r' },
    });
    expect(errorInBody('<html>')).toBeUndefined();
    expect(errorInBody('{}')).toBeUndefined();
  });
});
