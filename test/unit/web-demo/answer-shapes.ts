/** Every shape that an answer's facts can have, for tables and properties. */
import fc from 'fast-check';
import type { ProviderPlug } from '../../../protocol/demo-settings.ts';
import type { Outcome, Turn } from '../../../web-demo/core/conversation.ts';
import type { AnswerFacts, AnswerSource, AttemptFact } from '../../../web-demo/core/facts.ts';

export const ASKED_AT = 1_900_000_000_000;

export const PROVIDERS: readonly ProviderPlug[] = [
  { deployment: 'a-1', name: 'A', model: 'gpt-5-mini', order: 1, plugged: true },
  { deployment: 'b-1', name: 'B', model: 'claude-haiku-4-5', order: 2, plugged: true },
];

export const facts = (some: Partial<AnswerFacts> = {}): AnswerFacts => ({
  requestId: 'r-1',
  askedAt: ASKED_AT,
  answeredAt: ASKED_AT + 1_900,
  source: { kind: 'live' },
  firstWordMs: 402,
  totalMs: 1_900,
  model: 'claude-haiku-4-5',
  resumed: 0,
  outputTokens: 212,
  finishReason: 'stop',
  costUsd: 0.0003,
  mode: 'normal',
  attempts: null,
  cooldowns: [],
  steps: [],
  ...some,
});

export const turn = (outcome: Outcome, text = 'Light fabrics.'): Turn => ({
  id: 't-1',
  question: 'What should I pack?',
  askedAt: ASKED_AT,
  text,
  context: [],
  outcome,
});

export const complete = (some: Partial<AnswerFacts> = {}): Turn => turn({ state: 'complete', facts: facts(some) });

/** A call of `a-1` or `b-1`. */
export const call = (
  deployment: string,
  startedMs: number,
  ms: number,
  some: Partial<AttemptFact> = {},
): AttemptFact => ({
  deployment,
  model: 'gpt-5-mini',
  startedMs,
  ttftMs: null,
  ms,
  result: 'success',
  hop: 0,
  ...some,
});

export const FAILED = { result: 'server_error', status: 503 };

const ms = fc.integer({ min: 0, max: 100_000_000 });
const deployment = fc.constantFrom('a-1', 'b-1', 'c-unknown');
const KINDS = ['server_error', 'unreachable', 'silent', 'slow', 'cut', 'rate_limited', 'bad_key', 'no_such_kind'];

const cause = fc.constantFrom('offline', 'unreachable', 'timeout', 'cut', 'mode', 'http_502', 'something_new');

const source: fc.Arbitrary<AnswerSource> = fc.oneof(
  fc.constant({ kind: 'live' as const }),
  ms.map((ageMs) => ({ kind: 'cached' as const, ageMs })),
  fc.record({
    kind: fc.constant('saved' as const),
    ageMs: ms,
    cause,
  }),
  ms.map((later) => ({ kind: 'queued' as const, answeredAt: ASKED_AT + later })),
);

const attempt: fc.Arbitrary<AttemptFact> = fc.record(
  {
    deployment,
    model: fc.constantFrom('gpt-5-mini', 'claude-haiku-4-5'),
    startedMs: ms,
    ttftMs: fc.option(ms),
    ms,
    result: fc.constantFrom('success', ...KINDS),
    status: fc.constantFrom(401, 429, 500, 503),
    hop: fc.nat(2),
  },
  { requiredKeys: ['deployment', 'model', 'startedMs', 'ttftMs', 'ms', 'result', 'hop'] },
);

export const anyFacts: fc.Arbitrary<AnswerFacts> = fc
  .record({
    source,
    firstWordMs: fc.option(ms),
    totalMs: fc.option(ms),
    model: fc.option(fc.constantFrom('', 'gpt-5-mini')),
    resumed: fc.nat(3),
    outputTokens: fc.option(fc.nat(5_000)),
    finishReason: fc.option(fc.constantFrom('stop', 'length', 'content_filter', 'something_new')),
    costUsd: fc.option(fc.double({ min: 0, max: 3, noNaN: true })),
    mode: fc.constantFrom('normal' as const, 'safeguard' as const, 'bypass' as const, 'drill' as const),
    attempts: fc.option(fc.array(attempt, { maxLength: 5 })),
    cooldowns: fc.array(fc.record({ deployment, cause: fc.constantFrom(...KINDS), leftMs: ms }), { maxLength: 3 }),
    steps: fc.array(
      fc.record({ name: fc.constantFrom('identify', 'plan', 'admit', 'attempt', 'total'), ms: fc.nat(900) }),
      {
        maxLength: 5,
      },
    ),
  })
  .map((some) => facts(some));

const problem = fc.record({
  code: fc.constantFrom('budget_exceeded', 'offline', 'stream_lost', 'providers_unavailable', 'not_known_here'),
  status: fc.option(fc.constantFrom(429, 500, 503)),
  retryAt: fc.constant(null),
  message: fc.constant(null),
  requestId: fc.constant(null),
});

export const anyTurn: fc.Arbitrary<Turn> = fc
  .record({
    outcome: fc.oneof(
      fc.constant<Outcome>({ state: 'asking' }),
      fc.constant<Outcome>({ state: 'waiting', queueId: 'q-1' }),
      cause.map((why): Outcome => ({ state: 'waiting', queueId: 'q-1', cause: why })),
      fc.record({ facts: anyFacts, again: problem }).map((some): Outcome => ({ state: 'complete', ...some })),
      anyFacts.map((some): Outcome => ({ state: 'complete', facts: some })),
      anyFacts.map((some): Outcome => ({ state: 'stopped', facts: some })),
      fc.record({ problem, facts: fc.option(anyFacts) }).map((some): Outcome => ({ state: 'failed', ...some })),
    ),
    text: fc.constantFrom('', 'Light fabrics.'),
  })
  .map(({ outcome, text }) => turn(outcome, text));
