/** What a message must look like. The callers are our own, so a message that is refused here is a bug elsewhere. */

import { timeOfUuidV7 } from '../../../../protocol/uuid-v7.ts';
import type { LeaseRequest, Report } from '../messages.ts';
import { LONGEST_ADMIT_MS, LONGEST_RUN_MS, LONGEST_SCOPE_NAME, MOST_SCOPES, MOST_WANTS } from '../protocol.ts';

/** True for a whole number from 0 to 2^53 − 1. Such numbers add up exactly. */
export const wholeNumber = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

// Lone surrogates and control characters do not come back from a table unchanged.
const SCOPE = /^(tenant|anonymous|(user|feature|key):[^\p{Cc}\p{Cs}]+)$/u;

/** What is wrong with the name of a scope. Undefined if nothing is. */
export function scopeProblem(scope: string): string | undefined {
  if (scope.length > LONGEST_SCOPE_NAME) return `a scope's name has at most ${LONGEST_SCOPE_NAME} characters`;
  return SCOPE.test(scope) ? undefined : `"${scope}" is not tenant, anonymous, user:ID, feature:NAME or key:ID`;
}

/** What is wrong with the scopes of a message. Undefined if nothing is. */
function scopesProblem(scopes: readonly string[]): string | undefined {
  if (scopes.length === 0 || scopes.length > MOST_SCOPES) return `name 1 to ${MOST_SCOPES} scopes`;
  // There are only a few scopes, so comparing them is less work than making a set.
  for (const [index, scope] of scopes.entries()) {
    if (scopes.indexOf(scope) !== index) return 'a scope is named twice';
    const problem = scopeProblem(scope);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** What is wrong with an ask. Undefined if nothing is. */
export function askProblem({
  leaseId,
  scopes,
  wants,
  sliceShare,
  admitForMs,
  runForMs,
}: LeaseRequest): string | undefined {
  if (timeOfUuidV7(leaseId) === undefined) return 'leaseId is not a UUIDv7 in lower case';
  const problem = scopesProblem(scopes.map(({ scope }) => scope));
  if (problem !== undefined) return problem;
  if (wants.length === 0 || wants.length > MOST_WANTS) return `name 1 to ${MOST_WANTS} wants`;
  for (const { microUsd, tokens, requests, parallel } of wants) {
    if (!(wholeNumber(microUsd) && wholeNumber(tokens) && wholeNumber(requests) && wholeNumber(parallel)))
      return 'a want is not a whole number from 0 to 2^53 - 1';
  }
  if (sliceShare !== undefined && !(sliceShare >= 0 && sliceShare <= 1)) return 'sliceShare is not 0 to 1';
  if (!wholeNumber(admitForMs) || admitForMs < 1 || admitForMs > LONGEST_ADMIT_MS) {
    return `admitForMs is not 1 to ${LONGEST_ADMIT_MS}`;
  }
  return wholeNumber(runForMs) && runForMs <= LONGEST_RUN_MS ? undefined : `runForMs is not 0 to ${LONGEST_RUN_MS}`;
}

/** What is wrong with a report. Undefined if nothing is. */
export function reportProblem({ leaseId, spent, freed, scopes }: Report): string | undefined {
  if (timeOfUuidV7(leaseId) === undefined) return 'leaseId is not a UUIDv7 in lower case';
  const figures = [spent.microUsd, spent.tokens, freed.microUsd, freed.tokens, freed.parallel];
  if (!figures.every(wholeNumber)) return 'a figure is not a whole number from 0 to 2^53 - 1';
  return scopes === undefined ? undefined : scopesProblem(scopes);
}
