/** The body of `POST /v1/feedback`, and who may send it. */
import * as z from 'zod/mini';
import type { RouterError } from '../../../../protocol/errors.ts';
import { ok, type Result, refused } from '../../../../protocol/result.ts';
import { timeOfUuidV7 } from '../../../../protocol/uuid-v7.ts';
import { check } from '../../checked.ts';
import { settings } from '../../config/settings.ts';
import type { Identity } from '../../identity/identity.ts';
import { KEEP_RECEIPTS_MS } from '../receipt.ts';

const SCORE = 'write a number from 0 to 1';
const THUMB = { error: 'write 1 or -1' };

const body = settings({
  requestId: z.string().check(z.refine((id) => timeOfUuidV7(id) !== undefined, 'write the x-request-id of the answer')),
  rater: z.optional(
    z.string().check(z.minLength(1, 'write 1 to 200 characters'), z.maxLength(200, 'write 1 to 200 characters')),
  ),
  thumb: z.optional(z.union([z.literal(1), z.literal(-1)], THUMB)),
  score: z.optional(z.number({ error: SCORE }).check(z.minimum(0, SCORE), z.maximum(1, SCORE))),
  escalated: z.optional(z.boolean()),
  label: z.optional(z.string().check(z.regex(/^[\w.-]{1,64}$/, 'use at most 64 letters, digits, ".", "_" and "-"'))),
});

/** What one rater says of one answer. */
export interface Feedback {
  requestId: string;
  /** Null if neither the body nor the credential names a rater. All such feedback on an answer counts as that of one rater. */
  rater: string | null;
  isGood: boolean;
  label: string | null;
}

/** Checks the body, and what this caller may say in it. */
export function readFeedback(given: unknown, { kind, user }: Identity, now: number): Result<Feedback, RouterError> {
  const checked = check(given, body);
  if (!checked.ok) return checked;
  const { requestId, rater, thumb, score, escalated, label } = checked.value;
  if (rater !== undefined && kind !== 'secret') return invalid('rater', 'only a secret key names a rater');
  if (thumb === undefined && score === undefined && escalated === undefined) {
    return invalid('', 'write "thumb", "score" or "escalated"');
  }
  if ((timeOfUuidV7(requestId) ?? 0) < now - KEEP_RECEIPTS_MS) {
    return invalid('requestId', 'feedback is taken for 7 days; this request is older');
  }
  // Without a thumb and a score, an answer is good if no person had to take over afterwards.
  const isLiked = thumb === undefined ? (score ?? 1) >= 0.5 : thumb === 1;
  return ok({ requestId, rater: rater ?? user, isGood: isLiked && escalated !== true, label: label ?? null });
}

const invalid = (param: string, detail: string): Result<never, RouterError> =>
  refused({ code: 'invalid_body', param, detail });
