/** The `carryon` field of an answer: how it was made, for callers who may learn who served (docs/who-answered.md). */
import type { FailureKind } from '../routing/failure.ts';
import type { Candidate } from '../routing/plan.ts';

/** How an answer was made. */
export interface CarryonField {
  /** Calls of providers, in order. */
  attempts: AttemptField[];
  /** Deployments of the alias that were in cooldown when the answer began, or when nothing was left to try. */
  cooldowns: CooldownField[];
  /** What the request cost. */
  costUsd: number;
}

/** One call of a provider. */
export interface AttemptField {
  deployment: string;
  model: string;
  /** Since the request arrived. */
  startedMs: number;
  /** Since this attempt began; null: no content came. */
  ttftMs: number | null;
  ms: number;
  result: 'success' | FailureKind;
  /** The provider's HTTP status, if the failure came with one. */
  status?: number;
  /** How often the request had moved to another `order` group before it. */
  hop: number;
}

/** A deployment in cooldown. */
export interface CooldownField {
  deployment: string;
  cause: FailureKind;
  leftMs: number;
}

/** Which of these deployments are in cooldown at `now`. */
export const cooldownsOf = (candidates: readonly Candidate[], now: number): CooldownField[] =>
  candidates.flatMap(({ id, state, until, cause }) =>
    state === 'cooling' && cause !== undefined ? [{ deployment: id, cause, leftMs: until - now }] : [],
  );

/**
 * Adds the field to the JSON text of an object, as its last one. The text is not parsed, because it may be long. It must have
 * another field, and none of this name.
 */
export const withCarryon = (json: string, field: CarryonField): string =>
  `${json.slice(0, json.lastIndexOf('}'))},"carryon":${JSON.stringify(field)}}`;

/**
 * Whose request made the answer that a reader gets. `own`: the reader's. `again`: the reader's, repeated under its idempotency key,
 * which costs nothing more. `other`: another caller's, who asked the same.
 */
export type MadeFor = 'own' | 'again' | 'other';

/** The field for that reader. What another caller's request went through is not revealed. */
export function fieldFor(field: CarryonField | undefined, madeFor: MadeFor): CarryonField | undefined {
  if (field === undefined || madeFor === 'other') return undefined;
  return madeFor === 'own' ? field : { ...field, costUsd: 0 };
}
