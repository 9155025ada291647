/** The answer's own `carryon` field: how it was made, for callers who may learn who served (docs/who-answered.md). */
import type { FailureKind } from '../routing/failure.ts';
import type { Candidate } from '../routing/plan.ts';

export interface CarryonField {
  /** Calls of providers, in order. */
  attempts: AttemptField[];
  /** Deployments of the alias that were in cooldown when the answer began, or when nobody was left to ask. */
  cooldowns: CooldownField[];
  /** What the request cost. */
  costUsd: number;
}

export interface AttemptField {
  deployment: string;
  model: string;
  /** From the request's arrival. */
  startedMs: number;
  /** From this attempt's start; null where no content came. */
  ttftMs: number | null;
  ms: number;
  result: 'success' | FailureKind;
  /** The provider's HTTP status, where a failure came with one. */
  status?: number;
  /** Moves to another `order` group before it. */
  hop: number;
}

export interface CooldownField {
  deployment: string;
  cause: FailureKind;
  leftMs: number;
}

export const cooldownsOf = (candidates: readonly Candidate[], now: number): CooldownField[] =>
  candidates.flatMap(({ id, state, until, cause }) =>
    state === 'cooling' && cause !== undefined ? [{ deployment: id, cause, leftMs: until - now }] : [],
  );

/**
 * The JSON text of an object with this field as its last one. The text is not read again: it may be long. It must have another
 * field, and none of this name.
 */
export const withCarryon = (json: string, field: CarryonField): string =>
  `${json.slice(0, json.lastIndexOf('}'))},"carryon":${JSON.stringify(field)}}`;

/**
 * Whose request made the answer that a reader is given: `own`: the reader's; `again`: the reader's, repeated under its idempotency
 * key, which costs nothing more; `other`: somebody else's, who asked the same.
 */
export type MadeFor = 'own' | 'again' | 'other';

/** The field as that reader is told it. What another request went through is told to nobody else. */
export function fieldFor(field: CarryonField | undefined, madeFor: MadeFor): CarryonField | undefined {
  if (field === undefined || madeFor === 'other') return undefined;
  return madeFor === 'own' ? field : { ...field, costUsd: 0 };
}
