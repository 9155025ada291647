/** Events for operators: the health of a deployment has changed, or a provider reports an odd usage. */
import type { Deployment } from '../core/config/config.ts';
import type { Learnt } from '../core/pricing/learnt.ts';
import type { UsageProblem } from '../core/pricing/plausible.ts';
import { FAILURE_RULES, type FailureKind } from '../core/routing/failure.ts';
import type { Health, Observation } from '../core/routing/health.ts';
import { isDrillHealth } from '../core/routing/health-id.ts';
import type { EventSink } from '../ports.ts';

/** A provider that reports an odd usage does so in every answer, so the event is written at most this often. */
const ODD_AGAIN_MS = 600_000;

/** Turns each change of one isolate's board into one event. */
export class BoardNews {
  readonly #events: EventSink;
  /** The time of the last event, by deployment and kind of oddity. */
  readonly #oddToldAt = new Map<string, number>();

  constructor(events: EventSink) {
    this.#events = events;
  }

  /** Reports a cooldown that begins or ends. One that continues is reported again only if its cause is new and needs an operator. */
  cooldown(deployment: Deployment, before: Health, after: Health, { result }: Observation, now: number): void {
    const { id, healthId } = deployment;
    // The operator who set a fault already knows about it.
    const isDrill = isDrillHealth(healthId);
    const mark = isDrill ? { drill: true } : {};
    if (after.state === 'closed' && before.state === 'open') {
      this.#events({ event: 'deployment_back', deployment: id, outageMs: now - before.since, ...mark });
    }
    if (after.state === 'closed' || after === before || result === 'success' || result === 'unknown') return;
    const needsOperator = FAILURE_RULES[result].cooldown === 'long' && !isDrill;
    const isNews = before.state === 'closed' || (needsOperator && before.cause !== result);
    if (!isNews) return;
    const advice = isDrill ? undefined : ADVICE[result];
    this.#events({
      event: 'deployment_cooling',
      deployment: id,
      cause: result,
      cooldownMs: after.until - now,
      needsOperator,
      ...mark,
      ...(advice && { advice }),
    });
  }

  /** Reports a usage that cannot be true. */
  oddUsage(deployment: string, oddity: UsageProblem, now: number): void {
    const name = `${deployment} ${oddity}`;
    if (now - (this.#oddToldAt.get(name) ?? Number.NEGATIVE_INFINITY) < ODD_AGAIN_MS) return;
    this.#oddToldAt.set(name, now);
    this.#events({ event: 'usage_odd', deployment, oddity, needsOperator: true, advice: ODD_ADVICE });
  }

  /** Reports a bill above its hold. Later holds are larger because of it. */
  aboveHold(deployment: string, { clearings: _, ...learnt }: Learnt): void {
    this.#events({ event: 'usage_above_hold', deployment, needsOperator: true, ...learnt, advice: LEARNT_ADVICE });
  }
}

const ODD_ADVICE =
  'the provider reports a usage that cannot be true: the answer is booked at its bound or at the reported usage, whichever is more; compare with its bill';
const LEARNT_ADVICE =
  'a usage was above its hold, or faster than assumed: more is held from now on; compare with the bill, or set it in carryon.config.ts';

/** What an operator can do about failures that do not pass by themselves. */
const ADVICE: Partial<Record<FailureKind, string>> = {
  no_money: 'the provider says that the account is out of money: top it up, or raise its limit',
  bad_key: 'the provider does not accept the key: set the right one',
  no_model:
    'the provider does not know the model or the path: check the model, and that the API base ends before /chat/completions or /messages',
  region: 'the provider refuses this region: set [placement] in wrangler.toml',
};
