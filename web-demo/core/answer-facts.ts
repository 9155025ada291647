/** The facts of an answer, from its headers, its body and what the page has measured. */
import { RESPONSE_HEADERS } from '../../protocol/headers.ts';
import type { Problem } from './conversation.ts';
import type { AnswerFacts, AnswerSource } from './facts.ts';
import type { RouterError, Told } from './reading.ts';

type Header = (name: string) => string | null;

export interface Measured {
  askedAt: number;
  answeredAt: number;
  firstWordMs: number | null;
  totalMs: number | null;
  resumed: number;
}

export function factsOf(header: Header, told: Told, measured: Measured): AnswerFacts {
  const { text: _, ...rest } = told;
  const source = sourceOf(header);
  return {
    ...measured,
    ...rest,
    requestId: header(RESPONSE_HEADERS.requestId),
    source,
    model: header(RESPONSE_HEADERS.model) ?? told.model,
    // A kept answer was paid for when it was first asked. If costs are hidden, none is shown.
    costUsd: source.kind === 'live' || told.costUsd === null ? told.costUsd : 0,
    mode: modeOf(header(RESPONSE_HEADERS.mode)),
    steps: stepsOf(header(RESPONSE_HEADERS.serverTiming)),
  };
}

/** The facts of a question that was asked without a connection. */
export const queuedFacts = (header: Header, told: Told, askedAt: number, answeredAt: number): AnswerFacts => ({
  ...factsOf(header, told, { askedAt, answeredAt, firstWordMs: null, totalMs: null, resumed: 0 }),
  source: { kind: 'queued', answeredAt },
  costUsd: told.costUsd ?? number(header(RESPONSE_HEADERS.costUsd)),
});

function sourceOf(header: Header): AnswerSource {
  const ageMs = (number(header('age')) ?? 0) * 1_000;
  if (header(RESPONSE_HEADERS.travel) === 'stale')
    return { kind: 'saved', ageMs, cause: header(RESPONSE_HEADERS.travelCause) ?? 'offline' };
  const cache = header(RESPONSE_HEADERS.cache);
  return cache === 'hit' || cache === 'stale' ? { kind: 'cached', ageMs } : { kind: 'live' };
}

const MODES = ['safeguard', 'bypass', 'drill'] as const;

const modeOf = (header: string | null): AnswerFacts['mode'] => MODES.find((mode) => mode === header) ?? 'normal';

/** Reads the router's steps from a header such as `admit;dur=1.2, plan;dur=0.1`. */
export function stepsOf(header: string | null): AnswerFacts['steps'] {
  return (header ?? '').split(',').flatMap((entry) => {
    const [name = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const ms = number(parameters.find((one) => one.startsWith('dur='))?.slice(4) ?? null);
    return name !== '' && ms !== null ? [{ name, ms }] : [];
  });
}

/** Why there is no answer, from a refusal's status, headers and body. */
export function problemOf(status: number | null, header: Header, error: RouterError | undefined, now: number): Problem {
  const waitMs = number(header(RESPONSE_HEADERS.retryAfterMs)) ?? scaled(number(header(RESPONSE_HEADERS.retryAfter)));
  return {
    code: error?.code ?? 'unreadable',
    status,
    retryAt: waitMs === null ? (error?.resetsAt ?? null) : now + waitMs,
    message: error?.message ?? null,
    requestId: header(RESPONSE_HEADERS.requestId),
  };
}

const scaled = (seconds: number | null): number | null => (seconds === null ? null : seconds * 1_000);

function number(text: string | null): number | null {
  const value = text === null || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= 0 ? value : null;
}
