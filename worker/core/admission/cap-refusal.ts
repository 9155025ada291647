import type { RouterError } from '../../../protocol/errors.ts';
import type { Feature } from '../config/config.ts';

/** The refusal of more output than the feature allows, with both numbers and what would be right. */
export const outputRefusal = ({ name }: Feature, asked: number, cap: number): RouterError => ({
  code: 'feature_cap_exceeded',
  feature: name,
  param: 'max_tokens',
  detail: `the request asks for up to ${asked} tokens of output, but at most ${cap} are allowed. Ask for ${cap} or fewer, or leave max_tokens out.`,
});

/** The refusal of more input than the feature allows. */
export const inputRefusal = ({ name }: Feature, tokens: number, cap: number): RouterError => ({
  code: 'feature_cap_exceeded',
  feature: name,
  param: 'messages',
  detail: `the input counts as ${tokens} tokens (each byte of text is one), but at most ${cap} are allowed. Leave out older messages, or shorten them.`,
});

/** The refusal of more input than the feature allows, even without the older turns. */
export const lastTurnRefusal = ({ name }: Feature, tokens: number, cap: number): RouterError => ({
  code: 'feature_cap_exceeded',
  feature: name,
  param: 'messages',
  detail: `the last turn, with instructions and tools, counts as ${tokens} tokens (each byte of text is one), but at most ${cap} are allowed. Shorten it.`,
});

/** The refusal of a worst case above what the feature allows for one request. */
export const costRefusal = ({ name }: Feature, wantedMicroUsd: number, capMicroUsd: number): RouterError => ({
  code: 'budget_exceeded',
  scope: `feature:${name}`,
  limit: 'request',
  figures: { spentMicroUsd: 0, heldMicroUsd: 0, capMicroUsd, wantedMicroUsd },
  resetsAt: null,
  retryAfterMs: 0,
  onlyHeld: false,
  neverFits: true,
});
