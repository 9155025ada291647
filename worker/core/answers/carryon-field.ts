/** The `carryon` field of an answer: how it was made, for callers that may see the provider (docs/who-answered.md). */
import type { FailureKind } from '../routing/failure.ts';
import type { Candidate } from '../routing/plan.ts';

/** How an answer was made. */
export interface CarryonField {
  /** The calls of providers, in order. */
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
  /** Time from the request's arrival to the start of this attempt. */
  startedMs: number;
  /** Time from the start of this attempt to its first content. Null if no content came. */
  ttftMs: number | null;
  ms: number;
  result: 'success' | FailureKind;
  /** The provider's HTTP status, if the failure came with one. */
  status?: number;
  /** How often the request had moved to another `order` group before this attempt. */
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
 * Adds the field to the JSON text of an object, as its last field. The text is not parsed, because it may be long. The object must
 * have at least one other field, and none with this name.
 */
export const withCarryon = (json: string, field: CarryonField): string =>
  `${json.slice(0, json.lastIndexOf('}'))},"carryon":${JSON.stringify(field)}}`;

/**
 * Whose request made the answer that a reader gets. `own`: the reader's own. `again`: the reader's own, now repeated under its
 * idempotency key at no further cost. `other`: another caller's equal question.
 */
export type MadeFor = 'own' | 'again' | 'other';

/** The field as that reader gets it. The attempts of another caller's request are not revealed. */
export function fieldFor(field: CarryonField | undefined, madeFor: MadeFor): CarryonField | undefined {
  if (field === undefined || madeFor === 'other') return undefined;
  return madeFor === 'own' ? field : { ...field, costUsd: 0 };
}
