import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChat } from '../../../protocol/parse-chat.ts';
import { utf8Bytes } from '../../../protocol/utf8-bytes.ts';
import type { Quirks } from '../../../worker/core/config/quirks.ts';
import { FAILURE_RULES } from '../../../worker/core/routing/failure.ts';
import type { Adapter } from '../../../worker/providers/adapter.ts';
import { play, readWhole, type Streamed } from './accumulate.ts';
import { type Answer, answers, type Wire } from './answers.ts';
import { junkBody, legalBody } from './arbitraries.ts';
import { bodyOf, chat, target } from './chats.ts';
import { errorSamples, parseEvents, type Sample, samples, type WireEvent } from './fixtures.ts';
import { throughDoor } from './functions-client.ts';

export interface Conformance {
  name: string;
  adapter: Adapter;
  /** Models and quirks of the deployments to test. */
  targets: { model: string; quirks: Quirks }[];
  /** Folders of `test/fixtures/providers`. */
  fixtures: string[];
  /** Every key that a request of this format may hold, at any level above free-form JSON. */
  closedFields: readonly string[];
  /** Keys whose values are free-form: schemas, tool inputs. */
  freeForm: readonly string[];
  wire: Wire;
  /** Reasoning is shown only in summaries, but billed in full. */
  summarizes: boolean;
}

const NOW_MS = 1_795_219_200_123;
const noHeader = () => null;

/** What every adapter has to do, whatever its format. */
export function describeAdapter(suite: Conformance): void {
  describe(`${suite.name}: samples`, () => sampleTests(suite));
  describe(`${suite.name}: requests`, () => requestTests(suite));
  describe(`${suite.name}: answers`, () => answerTests(suite));
  describe(`${suite.name}: whatever is nested, never an exception`, () => deepTests(suite));
}

function sampleTests({ adapter, fixtures, summarizes }: Conformance): void {
  for (const provider of fixtures) {
    for (const sample of samples(provider, 'json')) it(`${provider}/${sample.name}`, () => checkWhole(adapter, sample));
    for (const sample of samples(provider, 'sse'))
      it(`${provider}/${sample.name}`, () => checkStream(adapter, sample, summarizes));
    for (const error of errorSamples(provider)) {
      it(`${provider}: ${error.status} ${error.name}`, () => {
        const headers = error.headers ?? {};
        const body = error.text ?? JSON.stringify(error.body);
        const failure = adapter.failure(error.status, (name) => headers[name] ?? null, body);
        const { retryAfterMs = undefined, ...expected } = error.expect;
        expect(failure).toMatchObject({ status: error.status, mayBeBilled: false, ...expected });
        if ('retryAfterMs' in error.expect) expect(failure.retryAfterMs ?? null).toBe(retryAfterMs);
        checkMessage(failure.message);
      });
    }
  }
}

function checkWhole(adapter: Adapter, { text, expect: expected }: Sample): void {
  const reply = adapter.reply(text, chat(expected.n ? { n: expected.n } : {}), NOW_MS);
  if (expected.failure) {
    expect(reply).toMatchObject({ ok: false, failure: expected.failure });
    return;
  }
  if (!reply.ok) throw new Error(`refused: ${reply.failure.message}`);
  expect(reply.model).toBe(expected.model);
  expect(reply.usage).toEqual(expected.usage);
  expect(readWhole(reply.body)).toEqual(expected.choices);
  const body = JSON.parse(reply.body) as Record<string, unknown>;
  expect(body).toMatchObject({ object: 'chat.completion', created: 1_795_219_200, model: expected.model });
}

function checkStream(adapter: Adapter, { text, expect: expected }: Sample, summarizes: boolean): void {
  const stream = adapter.stream(chat({ stream: true, ...(expected.n ? { n: expected.n } : {}) }), NOW_MS);
  const played = play(stream, parseEvents(text));
  for (const step of played.steps) {
    if (step.kind !== 'chunk') continue;
    expect(step.data).not.toContain('\n');
    expect((JSON.parse(step.data) as { usage?: unknown }).usage ?? null).toBeNull();
  }
  if (expected.failure) {
    expect(played.failure).toMatchObject(expected.failure);
    expect([stream.complete, stream.finishedAll]).toEqual([false, false]);
    return;
  }
  const lost = played.steps.filter(({ kind }) => kind === 'lost').length;
  expect(lost).toBe(expected.lost ?? 0);
  if (lost > 0) return;
  expect(played.failure).toBeUndefined();
  expect(played.choices).toEqual(expected.choices);
  expect(stream.complete).toBe(true);
  expect(stream.model).toBe(expected.model);
  expect(stream.usage).toEqual(expected.usage);
  // A finish that comes with content says nothing about what follows.
  if (stream.surelyFinished)
    expect(played.finishedAt).toBe(played.steps.filter(({ kind }) => kind === 'chunk').length - 1);
  else expect([played.finishedAt, stream.finishedAll]).toEqual([-1, true]);
  const usageChunk = stream.usageChunk();
  if (expected.usage) {
    expect(usageChunk).toMatchObject({ object: 'chat.completion.chunk', model: expected.model, choices: [] });
    expect(usageChunk?.usage).toMatchObject({ prompt_tokens: expected.usage.inputTokens });
    checkBound(played, expected, summarizes);
  } else expect(usageChunk).toBeUndefined();
}

/** docs/contract.md "The worst case": without usage a stream is booked by what passed, which must be no less than what is billed and not hidden. */
function checkBound(
  { steps, textBytes }: Streamed,
  { usage, choices = [] }: Sample['expect'],
  summarizes: boolean,
): void {
  const { outputTokens = 0, reasoningTokens = 0 } = usage ?? {};
  const showsReasoning = choices.some(({ reasoning }) => reasoning !== undefined);
  // Unseen reasoning, and text held back by a filter, never passed; `outputTokens` counts them too.
  if (reasoningTokens > 0 && (summarizes || !showsReasoning)) return;
  if (choices.some(({ finish }) => finish === 'content_filter')) return;
  const chunks = steps.filter(({ kind }) => kind === 'chunk').length;
  expect(outputTokens).toBeGreaterThan(0);
  expect(textBytes + chunks).toBeGreaterThanOrEqual(outputTokens);
}

function checkMessage(message: string): void {
  expect(message).not.toBe('');
  expect(message.length).toBeLessThanOrEqual(500);
  expect(message).not.toMatch(/sk-|org-|https?:|\.com\b|\*{3}/);
}

function requestTests({ adapter, targets, closedFields, freeForm }: Conformance): void {
  const closed = new Set(closedFields);

  it('never sends a field outside the closed list, whatever the client sent', () => {
    fc.assert(
      fc.property(junkBody, fc.constantFrom(...targets), (body, { model, quirks }) => {
        const parsed = parseChat(body);
        if (!parsed.ok) return;
        const outgoing = adapter.request(parsed.chat, target(quirks, { model }));
        expect(keysOf(bodyOf(outgoing), freeForm).filter((key) => !closed.has(key))).toEqual([]);
        expect(Object.keys(outgoing.headers).length).toBeLessThan(6);
      }),
      { numRuns: 300 },
    );
  });

  it('sends what config allows, and names everything else that it left out', () => {
    fc.assert(
      fc.property(legalBody, fc.constantFrom(...targets), (body, { model, quirks }) => {
        const request = chat({ ...body, models: ['a', 'b'], provider: { order: ['x'] }, best_of: 3 });
        const { dropped } = adapter.request(request, target(quirks, { model }));
        expect(dropped).toEqual([...new Set(dropped)]);
        expect(dropped).toEqual(expect.arrayContaining(['models', 'provider', 'best_of']));
        for (const silent of [
          'model',
          'messages',
          'stream',
          'stream_options',
          'user',
          'metadata',
          'max_completion_tokens',
        ]) {
          expect(dropped).not.toContain(silent);
        }
        for (const priced of [
          'service_tier',
          'web_search_options',
          'prediction',
          'audio',
          'modalities',
          'moderation',
        ]) {
          const value = (body as Record<string, unknown>)[priced];
          const harmless = ['"auto"', '"default"', '["text"]'].includes(JSON.stringify(value));
          expect([priced, dropped.includes(priced)]).toEqual([priced, value !== undefined && !harmless]);
        }
        const allowed = adapter.request(request, target(quirks, { model, allowParams: ['models'] }));
        expect(bodyOf(allowed).models).toEqual(['a', 'b']);
        expect(allowed.dropped).not.toContain('models');
      }),
      { numRuns: 200 },
    );
  });

  it('replaces the model, and keeps the key out of the body', () => {
    for (const { model, quirks } of targets) {
      const outgoing = adapter.request(
        chat({ user: 'someone', metadata: { feature: 'chat' } }),
        target(quirks, { model }),
      );
      expect(bodyOf(outgoing).model).toBe(model);
      expect(outgoing.body).not.toMatch(/provider-key|someone|app\/chat/);
      expect(outgoing.url.startsWith('https://provider.example/v1/')).toBe(true);
      expect(JSON.stringify(outgoing.headers)).toContain('provider-key');
    }
  });
}

/** Every key of every object, except inside free-form values. */
function keysOf(value: unknown, freeForm: readonly string[]): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => keysOf(item, freeForm));
  return Object.entries(value).flatMap(([key, child]) => [
    key,
    ...(freeForm.includes(key) ? [] : keysOf(child, freeForm)),
  ]);
}

function answerTests({ adapter, fixtures, wire }: Conformance): void {
  it('says the same streamed, cut anywhere, as whole', () => {
    fc.assert(
      fc.property(answers, (answer) => {
        const reply = adapter.reply(wire.whole(answer), chat(), NOW_MS);
        if (!reply.ok) throw new Error(reply.failure.message);
        const stream = adapter.stream(chat({ stream: true }), NOW_MS);
        const played = play(stream, wire.events(answer));
        expect(played.failure).toBeUndefined();
        expect(played.done && stream.complete && stream.finishedAll).toBe(true);
        expect(normal(played.choices)).toEqual(normal(readWhole(reply.body)));
        // Nothing is missing, and almost nothing is counted twice: a call may begin with an empty object.
        expect(played.textBytes).toBeGreaterThanOrEqual(bytesOf(answer));
        expect(played.textBytes).toBeLessThanOrEqual(bytesOf(answer) + 2 * answer.calls.length);
        const saysNothing = [answer.reasoning, answer.text, answer.calls].every((list) => list.length === 0);
        expect(played.firstContent < 0).toBe(saysNothing);
      }),
      { numRuns: 200 },
    );
  });

  it('answers anything with a value, never an exception', () => {
    const broken = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify({ choices: [value], content: value })),
    );
    fc.assert(
      fc.property(broken, fc.option(fc.string(), { nil: undefined }), fc.nat(700), (text, name, status) => {
        const reply = adapter.reply(text, chat(), NOW_MS);
        if (!reply.ok) expect(FAILURE_RULES[reply.failure.kind]).toBeDefined();
        const stream = adapter.stream(chat({ stream: true }), NOW_MS);
        for (const step of stream.event(name, text)) {
          expect(['chunk', 'unseen', 'lost', 'done', 'failure']).toContain(step.kind);
          if ('textBytes' in step) expect(wholeNumber(step.textBytes)).toBe(true);
        }
        expect(FAILURE_RULES[adapter.failure(status, noHeader, text).kind]).toBeDefined();
      }),
    );
  });

  it('survives samples with a part replaced by something else', () => {
    const all = soundStreams(fixtures);
    fc.assert(
      fc.property(
        fc.constantFrom(...all),
        fc.nat(),
        fc.nat(),
        fc.jsonValue({ maxDepth: 2 }),
        (events, which, where, value) => {
          const stream = adapter.stream(chat({ stream: true }), NOW_MS);
          const damaged = events.map((event, index) =>
            index === which % events.length ? { ...event, data: replacePart(event.data, where, value) } : event,
          );
          for (const { name, data } of damaged) {
            for (const step of stream.event(name, data)) {
              if (step.kind === 'chunk') JSON.parse(step.data);
              if ('textBytes' in step) expect(wholeNumber(step.textBytes)).toBe(true);
            }
          }
          if (stream.usage)
            expect(Object.values(stream.usage).every((tokens) => Number.isSafeInteger(tokens) && tokens >= 0)).toBe(
              true,
            );
          stream.usageChunk();
        },
      ),
      { numRuns: 400 },
    );
  });
}

/** JSON that breaks code that walks it: deeper than any stack, or an object that cannot be converted to a string or a number. */
const hostile = fc.oneof(
  fc
    .tuple(fc.constantFrom('[', '{"a":', '[{"a":'), fc.constantFrom(150, 8_000, 20_000))
    .map(([open, depth]) => `${open.repeat(depth)}1${closing(open).repeat(depth)}`),
  fc.constant('{"toString":1,"valueOf":1}'),
);
const closing = (open: string): string =>
  [...open].reverse().join('').replace(/[^[{]/g, '').replaceAll('[', ']').replaceAll('{', '}');

function deepTests({ adapter, fixtures }: Conformance): void {
  const HERE = '«here»';
  /** `text` with one of its nodes replaced, perhaps by one with a line break. */
  const spoilt = (text: string, where: number, value: string, broken: boolean) =>
    (broken ? '\n ' : '') + replacePart(text, where, HERE).replace(JSON.stringify(HERE), () => value);
  const legacyChat = { ...chat({ stream: true }), legacyFunctions: true };
  const both = fc.constantFrom([adapter, chat({ stream: true })] as const, [throughDoor(adapter), legacyChat] as const);
  const inSamples = (texts: string[]) => fc.tuple(fc.constantFrom(...texts), fc.nat(), hostile, fc.boolean());

  it('reads whole answers', () => {
    const texts = fixtures.flatMap((provider) => samples(provider, 'json').map(({ text }) => text));
    fc.assert(
      fc.property(both, inSamples(texts), ([adapter, chat], [text, where, value, broken]) => {
        const reply = adapter.reply(spoilt(text, where, value, broken), chat, NOW_MS);
        if (!reply.ok) expect(FAILURE_RULES[reply.failure.kind]).toBeDefined();
      }),
      { numRuns: 200 },
    );
  });

  it('reads streams, and what is left of them can be written', () => {
    const streams = soundStreams(fixtures);
    fc.assert(
      fc.property(
        both,
        fc.constantFrom(...streams),
        fc.nat(),
        fc.nat(),
        hostile,
        fc.boolean(),
        ([adapter, chat], events, which, where, value, broken) => {
          const stream = adapter.stream(chat, NOW_MS);
          for (const [index, { name, data }] of events.entries()) {
            const isIt = index === which % events.length && data.startsWith('{');
            const steps = stream.event(name, isIt ? spoilt(data, where, value, broken) : data);
            for (const step of steps) {
              if (step.kind === 'chunk') expect(step.data).not.toContain('\n');
              if ('textBytes' in step) expect(wholeNumber(step.textBytes)).toBe(true);
            }
          }
          expect(() => JSON.stringify(stream.usageChunk())).not.toThrow();
        },
      ),
      { numRuns: 300 },
    );
  });

  it('reads errors, with any status and inside a 200', () => {
    const texts = fixtures.flatMap((provider) =>
      errorSamples(provider).flatMap(({ body }) => (body === undefined ? [] : [JSON.stringify(body)])),
    );
    fc.assert(
      fc.property(both, inSamples(texts), fc.integer({ min: 200, max: 600 }), ([adapter, chat], spot, status) => {
        const text = spoilt(...spot);
        expect(FAILURE_RULES[adapter.failure(status, noHeader, text).kind]).toBeDefined();
        adapter.reply(text, chat, NOW_MS);
        adapter.stream(chat, NOW_MS).event('error', text);
        adapter.stream(chat, NOW_MS).event(undefined, text);
      }),
      { numRuns: 200 },
    );
  });
}

const wholeNumber = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/** As it streamed: half a surrogate pair is three bytes. */
const bytesOf = ({ reasoning, text, calls }: Answer): number =>
  [...reasoning, ...text, ...calls.flatMap(({ id, name, json }) => [id, name, ...json])]
    .map(utf8Bytes)
    .reduce((sum, bytes) => sum + bytes, 0);

/** Tool arguments are compared as JSON: providers space them differently. */
const normal = (choices: ReturnType<typeof readWhole>) =>
  choices.map(({ calls = [], ...rest }) => ({
    ...rest,
    calls: calls.map(([id, name, text]) => [id, name, JSON.parse(text)]),
  }));

/** The samples whose every event is JSON. */
const soundStreams = (fixtures: readonly string[]): WireEvent[][] =>
  fixtures
    .flatMap((provider) => samples(provider, 'sse').map(({ text }) => parseEvents(text)))
    .filter((events) => events.every(({ data }) => /^\{.*\}$|^\[DONE\]$/.test(data)));

/** Replaces one node of a JSON text, counted in the order in which it is read. */
function replacePart(text: string, where: number, value: unknown): string {
  if (!/^\s*[{[]/.test(text) || text === '[DONE]') return text;
  let nodes = 0;
  JSON.parse(text, (_key, node) => {
    nodes++;
    return node;
  });
  let seen = 0;
  const chosen = where % nodes;
  return JSON.stringify(JSON.parse(text, (_key, node) => (seen++ === chosen ? value : node)) ?? null);
}
