/** Whether a pin would help: one deployment is to blame, and another keeps the promise. */
import type { Counts } from './standing.ts';

/** What is known of an alias. `attempts`: of the rule's window, `lately`: of the short one beside it. */
export interface PinAsk {
  alias: string;
  /** Those that serve it now, as config orders them. */
  deployments: readonly { id: string; attempts: Counts; lately: Counts }[];
  /** Percent. */
  target: number;
  minErrors: number;
}

/** Which deployment to pin, in place of which; or why none. */
export type PinChoice =
  | { do: 'pin'; pin: string; culprit: string; share: number }
  | { do: 'skip'; skip: PinSkip; text: string };

/** Why no deployment is pinned. */
export type PinSkip = 'alone' | 'too few' | 'no culprit' | 'none is well';

/** Of the bad attempts, one deployment has to have made at least so much. */
const CULPRIT_SHARE = 0.8;

/** Pure: by attempts alone. What was well before it went into cooldown has few of late, so it is not known to be well. */
export function pinChoice({ alias, deployments, target, minErrors }: PinAsk): PinChoice {
  const skipped = (skip: PinSkip, text: string): PinChoice => ({
    do: 'skip',
    skip,
    text: `${alias} was not pinned: ${text}.`,
  });
  if (deployments.length < 2) return skipped('alone', 'it has no other deployment');
  const bad = deployments.reduce((sum, { attempts }) => sum + attempts.bad, 0);
  if (bad < minErrors) return skipped('too few', 'too few of its attempts were bad');
  const culprit = deployments.find(({ attempts }) => attempts.bad >= CULPRIT_SHARE * bad);
  if (culprit === undefined) return skipped('no culprit', 'the bad attempts are not of one deployment alone');
  const best = deployments
    .filter((one) => one !== culprit && [one.attempts, one.lately].every((counts) => meets(counts, target, minErrors)))
    .toSorted((one, other) => ratio(other.attempts) - ratio(one.attempts))[0];
  if (best === undefined)
    return skipped('none is well', `${culprit.id} fails, and no other deployment is known to keep ${target} %`);
  return { do: 'pin', pin: best.id, culprit: culprit.id, share: culprit.attempts.bad / bad };
}

const ratio = ({ good, bad }: Counts): number => good / (good + bad);

/** By as many attempts as it takes bad ones to page. A window may begin inside a cell of the book, so counts have fractions. */
const meets = (attempts: Counts, target: number, least: number): boolean =>
  attempts.good + attempts.bad >= least && ratio(attempts) * 100 >= target - 1e-9;
