import { expect } from 'vitest';
import type { DeliveryFault, FaultOptions } from '../../../sandbox/faults.ts';
import { asObject } from '../../../sandbox/json.ts';
import { eventsOf, isJson, type RawAnswer, seen } from './support.ts';

const STREAM = 'text/event-stream';
const JSON_TYPE = 'application/json';

export type Check = (answer: RawAnswer) => void;

/** Any 200 of this content type; `whole`: as the framing says; `ending`: what happened to the connection. */
function ok(answer: RawAnswer, type: string, whole: boolean, ending: RawAnswer['ending']): void {
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toContain(type);
  expect({ whole: answer.whole, ending: answer.ending }).toEqual({ whole, ending });
}

const refused: Check = (answer) => expect(answer).toMatchObject({ status: 0, body: '', ending: 'reset' });
const silent: Check = (answer) => expect(answer).toMatchObject({ status: 0, body: '', ending: 'open' });
const halfJson: Check = ({ body }) => {
  expect(body.length).toBeGreaterThan(50);
  expect(isJson(body)).toBe(false);
};
const goodJson: Check = ({ body }) => {
  const answer = JSON.parse(body);
  expect(answer.choices?.[0].finish_reason ?? answer.stop_reason).toMatch(/stop|end_turn/);
};
const someTokens: Check = ({ body }) => {
  expect(seen(body)).toMatchObject({ finished: false, done: false });
  expect(seen(body).tokens).toBeGreaterThan(3);
};
const errorObject = (value: unknown): boolean => asObject(asObject(value).error).message !== undefined;

export interface Case {
  options?: FaultOptions;
  stream: Check;
  whole: Check;
}

/** What each fault looks like from outside, in both formats. */
export const DELIVERY_CASES: Readonly<Record<DeliveryFault, Case>> = {
  'refuse-connection': { stream: refused, whole: refused },
  'hang-before-headers': { stream: silent, whole: silent },
  'hang-before-first-token': {
    stream: (a) => {
      ok(a, STREAM, false, 'open');
      expect(a.body).toMatch(/"role":"assistant"/);
      expect(seen(a.body)).toMatchObject({ tokens: 0, finished: false });
    },
    whole: (a) => {
      ok(a, JSON_TYPE, false, 'open');
      expect(a.body).toBe('');
    },
  },
  'slow-first-token': {
    options: { delayMs: 100 },
    stream: (a) => {
      ok(a, STREAM, true, 'closed');
      expect(seen(a.body)).toMatchObject({ finished: true, done: true });
    },
    whole: goodJson,
  },
  'stall-mid-stream': {
    stream: (a) => {
      ok(a, STREAM, false, 'open');
      someTokens(a);
    },
    whole: (a) => {
      ok(a, JSON_TYPE, false, 'open');
      halfJson(a);
    },
  },
  'cut-mid-stream': {
    stream: (a) => {
      ok(a, STREAM, false, 'closed');
      someTokens(a);
    },
    whole: (a) => {
      ok(a, JSON_TYPE, false, 'closed');
      halfJson(a);
    },
  },
  'end-mid-stream': {
    stream: (a) => {
      ok(a, STREAM, true, 'closed');
      someTokens(a);
    },
    whole: (a) => {
      ok(a, JSON_TYPE, true, 'closed');
      halfJson(a);
    },
  },
  drip: {
    options: { delayMs: 1 },
    stream: (a) => expect(seen(a.body)).toMatchObject({ finished: true, done: true }),
    whole: goodJson,
  },
  'error-in-200': {
    stream: (a) => {
      ok(a, STREAM, true, 'closed');
      expect(eventsOf(a.body).map(errorObject)).toEqual([true]);
    },
    whole: (a) => {
      ok(a, JSON_TYPE, true, 'closed');
      expect(errorObject(JSON.parse(a.body))).toBe(true);
    },
  },
  'error-mid-stream': {
    stream: (a) => {
      ok(a, STREAM, true, 'closed');
      someTokens(a);
      expect(errorObject(eventsOf(a.body).at(-1))).toBe(true);
    },
    whole: (a) => expect(errorObject(JSON.parse(a.body))).toBe(true),
  },
  'truncated-json': {
    stream: (a) => {
      ok(a, STREAM, true, 'closed');
      someTokens(a);
      expect(a.body.endsWith('\n\n')).toBe(false);
    },
    whole: (a) => {
      ok(a, JSON_TYPE, true, 'closed');
      halfJson(a);
    },
  },
  html: both((a) => {
    ok(a, 'text/html', true, 'closed');
    expect(a.body).toMatch(/^<!DOCTYPE html>/);
  }),
  'wrong-content-type': {
    stream: (a) => {
      ok(a, 'text/plain', true, 'closed');
      expect(seen(a.body)).toMatchObject({ finished: true, done: true });
    },
    whole: (a) => {
      ok(a, 'text/plain', true, 'closed');
      goodJson(a);
    },
  },
  'wrong-shape': both((a) => {
    ok(a, JSON_TYPE, true, 'closed');
    expect(a.body).toBe('{}');
  }),
  'empty-body': both((a) => expect(a).toMatchObject({ status: 200, body: '', whole: true, ending: 'closed' })),
  'empty-stream': {
    stream: (a) => {
      ok(a, STREAM, true, 'closed');
      expect(eventsOf(a.body)).toHaveLength(1);
      expect(seen(a.body)).toMatchObject({ tokens: 0, done: true, finished: false });
    },
    whole: (a) => {
      const { choices, content } = JSON.parse(a.body);
      expect(choices ?? content).toEqual([]);
    },
  },
  'duplicate-usage': {
    stream: (a) => {
      expect(seen(a.body)).toMatchObject({ finished: true, done: true, usages: 2 });
    },
    whole: (a) => {
      expect(a.body.match(/"usage":/g)).toHaveLength(2);
      goodJson(a);
    },
  },
  'malformed-line': {
    stream: (a) => {
      expect(eventsOf(a.body).filter((event) => typeof event === 'string' && event !== '[DONE]')).toHaveLength(1);
      expect(seen(a.body)).toMatchObject({ finished: true, done: true });
    },
    whole: (a) => {
      ok(a, JSON_TYPE, true, 'closed');
      expect(isJson(a.body)).toBe(false);
    },
  },
  'no-done': {
    stream: (a) => {
      ok(a, STREAM, true, 'closed');
      expect(seen(a.body)).toMatchObject({ finished: true, done: false });
    },
    whole: goodJson,
  },
  'held-open': {
    stream: (a) => {
      ok(a, STREAM, false, 'open');
      expect(seen(a.body)).toMatchObject({ finished: true, done: true });
    },
    whole: (a) => {
      ok(a, JSON_TYPE, false, 'open');
      goodJson(a);
    },
  },
  'held-open-no-done': {
    stream: (a) => {
      ok(a, STREAM, false, 'open');
      expect(seen(a.body)).toMatchObject({ finished: true, done: false });
    },
    whole: (a) => ok(a, JSON_TYPE, false, 'open'),
  },
  'keep-alives-only': {
    options: { delayMs: 500 },
    stream: (a) => {
      ok(a, STREAM, false, 'open');
      expect(a.body).toMatch(/^(: keep-alive|event: ping)/);
      expect(a.body).not.toContain('assistant');
    },
    whole: (a) => {
      ok(a, JSON_TYPE, false, 'open');
      expect(a.body).toMatch(/^\n+$/);
    },
  },
  redirect: both((a) => {
    expect(a).toMatchObject({ status: 307, body: '', whole: true });
    expect(a.headers.location).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/elsewhere\/v1\//);
  }),
};

function both(check: Check): Case {
  return { stream: check, whole: check };
}
