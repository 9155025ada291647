/** The body of `POST /v1/sli`, and who may send it. */
import * as z from 'zod/mini';
import type { RouterError } from '../../../../protocol/errors.ts';
import { ok, type Result, refused } from '../../../../protocol/result.ts';
import { check } from '../../checked.ts';
import { settings } from '../../config/settings.ts';
import { type Identity, isPage } from '../../identity/identity.ts';
import { KEEP_RECEIPTS_MS } from '../receipt.ts';
import type { Objective } from '../slo.ts';
import type { ServiceFigures } from './counts.ts';

const MOST = 1_000_000_000;
const COUNT = `write a whole number from 0 to ${MOST}`;
const count = z.number({ error: COUNT }).check(z.int(COUNT), z.minimum(0, COUNT), z.maximum(MOST, COUNT));
const TIME = 'write a time such as "2027-01-31T02:00:00Z"';
/** The sender's clock may be ahead of the router's. */
const MOST_AHEAD_MS = 60_000;

const body = settings({
  name: z.string(),
  good: count,
  total: count,
  at: z.optional(z.iso.datetime({ offset: true, error: TIME })),
  id: z.string().check(z.regex(/^[\x21-\x7e]{1,128}$/, 'write 1 to 128 visible characters without spaces')),
});

/** Figures with an id, under which they count once. */
export interface SentFigures extends ServiceFigures {
  id: string;
}

/**
 * The refusal of a caller that may not send figures. Only a secret key may, because the sender of figures decides whether a
 * promise was kept. It is checked before the body is read.
 */
export function figuresProblem({ kind }: Pick<Identity, 'kind'>): RouterError | undefined {
  const detail = 'Only a secret key reports figures, on a server.';
  return isPage({ kind }) ? { code: 'token_not_allowed', detail } : undefined;
}

/** Checks the body against the tenant's objectives. */
export function readFigures(
  given: unknown,
  tenant: string,
  objectives: readonly Objective[],
  now: number,
): Result<SentFigures, RouterError> {
  const checked = check(given, body);
  if (!checked.ok) return checked;
  const { name, good, total, at: written, id } = checked.value;
  const known = objectives.flatMap(({ sli, tenant: of }) =>
    sli.kind === 'external' && (of === null || of === tenant) ? [sli.name] : [],
  );
  if (!known.includes(name)) {
    const names = known.length === 0 ? 'config has none' : `write one of ${known.join(', ')}`;
    return invalid('name', `is not an external objective; ${names}`);
  }
  if (good > total) return invalid('good', 'is more than "total"');
  const at = written === undefined ? now : Date.parse(written);
  if (at > now + MOST_AHEAD_MS) return invalid('at', 'is in the future');
  if (at < now - KEEP_RECEIPTS_MS) return invalid('at', 'figures are taken for 7 days; these are older');
  return ok({ name, good, total, at: Math.min(at, now), id });
}

const invalid = (param: string, detail: string): Result<never, RouterError> =>
  refused({ code: 'invalid_body', param, detail });
