/** Whether a pin would help: it does if one deployment is to blame and another keeps the promise. */
import type { Counts } from './standing.ts';

/** What is known about an alias. `attempts` are counted over the rule's window, `lately` over the short window beside it. */
export interface PinInput {
  alias: string;
  /** The deployments that serve it now, in config's order. */
  deployments: readonly { id: string; attempts: Counts; lately: Counts }[];
  /** In percent. */
  target: number;
  minErrors: number;
}

/** The deployment to pin and the culprit, or the reason for pinning none. */
export type PinChoice =
  | { do: 'pin'; pin: string; culprit: string; share: number }
  | { do: 'skip'; skip: PinSkip; text: string };

/** Why no deployment is pinned. */
export type PinSkip = 'alone' | 'too few' | 'no culprit' | 'none is well';

/** A deployment is the culprit if it made at least this share of the bad attempts. */
const CULPRIT_SHARE = 0.8;

/**
 * Decides by attempts alone. Pure. A deployment that was in cooldown has had few attempts lately, so it is not known to be well
 * now, even if it was well before.
 */
export function pinChoice({ alias, deployments, target, minErrors }: PinInput): PinChoice {
  const skipped = (skip: PinSkip, text: string): PinChoice => ({
    do: 'skip',
    skip,
    text: `${alias} was not pinned: ${text}.`,
  });
  if (deployments.length < 2) return skipped('alone', 'it has no other deployment');
  const bad = deployments.reduce((sum, { attempts }) => sum + attempts.bad, 0);
  if (bad < minErrors) return skipped('too few', 'too few of its attempts were bad');
  const culprit = deployments.find(({ attempts }) => attempts.bad >= CULPRIT_SHARE * bad);
  if (culprit === undefined) return skipped('no culprit', 'the bad attempts come from more than one deployment');
  const best = deployments
    .filter((one) => one !== culprit && [one.attempts, one.lately].every((counts) => meets(counts, target, minErrors)))
    .toSorted((one, other) => ratio(other.attempts) - ratio(one.attempts))[0];
  if (best === undefined)
    return skipped('none is well', `${culprit.id} fails, and no other deployment is known to keep ${target} %`);
  return { do: 'pin', pin: best.id, culprit: culprit.id, share: culprit.attempts.bad / bad };
}

const ratio = ({ good, bad }: Counts): number => good / (good + bad);

/**
 * Whether attempts keep the target. There must be at least `least` of them, which is also how many bad ones it takes to page.
 * Counts may be fractions, because a window may begin inside a cell of the book.
 */
const meets = (attempts: Counts, target: number, least: number): boolean =>
  attempts.good + attempts.bad >= least && ratio(attempts) * 100 >= target - 1e-9;
