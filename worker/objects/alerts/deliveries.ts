/** What happens to the alerts of one webhook: sent in order, counted against its health, given up where it is too late. */
import type { Attempt } from '../../core/alerts/alert.ts';
import { deliveryHealthAfter, WELL } from '../../core/alerts/delivery-health.ts';
import { bodyOf } from '../../core/alerts/payload.ts';
import type { Hook } from '../../core/alerts/policy.ts';
import { type Caller, deliver } from './call.ts';
import type { HookRows } from './hook-rows.ts';
import type { AlertRows } from './rows.ts';

/** What `Alerts` needs from outside. */
export interface AlertsDeps extends Caller {
  random(): number;
  newId(): string;
  hooksOf(tenant: string): readonly Hook[];
  /** The webhooks of all tenants, each once. */
  allHooks(): readonly Hook[];
  events(event: WebhookEvent): void;
}

/** What an operator must hear of. It names the webhook's variable, never its address. */
export interface WebhookEvent {
  event: 'webhook_failing' | 'alerts_lost';
  webhook: string;
  reason: string;
  needsOperator: true;
  [field: string]: string | number | boolean;
}

/** Why alerts of a webhook that an operator has removed are given up. */
export const NOT_CONFIGURED = 'is not in the config any more';

/** Sends what waits for a webhook, and records how it went. */
export class Deliveries {
  readonly #storage: DurableObjectStorage;
  readonly #alerts: AlertRows;
  readonly #hooks: HookRows;
  readonly #deps: AlertsDeps;

  constructor(storage: DurableObjectStorage, alerts: AlertRows, hooks: HookRows, deps: AlertsDeps) {
    this.#storage = storage;
    this.#alerts = alerts;
    this.#hooks = hooks;
    this.#deps = deps;
  }

  /** Sends the oldest alert. `onSend` hears its number before the call. False: nothing waits, or the call failed. */
  async sendFirst(hook: string, onSend: (number: number) => void): Promise<boolean> {
    const { clock } = this.#deps;
    const [first, target] = this.#firstWithTarget(hook);
    if (first === undefined || target === undefined) return false;
    const { number, id, alert } = first;
    onSend(number);
    const body = bodyOf({ type: 'budget.threshold_reached', alert }, target.format);
    const attempt = await deliver(target, id, body, this.#deps);
    this.#storage.transactionSync(() => {
      if (attempt.ok) this.#alerts.end(hook, number, 'sent', `answered ${attempt.status}`, clock.now());
      this.note(hook, attempt);
    });
    return attempt.ok;
  }

  /** Calls a webhook once with a test message, ahead of what waits for it. */
  async sendTest(hook: Hook): Promise<Omit<Attempt, 'retryAfterMs'>> {
    const { newId, clock } = this.#deps;
    const body = bodyOf({ type: 'test', at: clock.now() }, hook.format);
    const { retryAfterMs: _, ...result } = await deliver(hook, `msg_${newId()}`, body, this.#deps);
    if (result.ok) this.#hooks.saveHealth(hook.name, WELL);
    return result;
  }

  /** Counts an attempt for or against the webhook. */
  note(hook: string, attempt: Attempt): void {
    const { clock, random } = this.#deps;
    const before = this.#hooks.health(hook);
    this.#hooks.saveHealth(hook, deliveryHealthAfter(before, attempt, clock.now(), random()));
    if (!attempt.ok && before.failures === 0) this.#notifyOperator('webhook_failing', hook, attempt.error ?? '', 1);
  }

  /** Gives up what has waited too long, or stands behind too many others; never `sending`. */
  giveUp(hook: string, sending: number | undefined): void {
    const overdue = this.#alerts.overdue(hook, this.#deps.clock.now(), sending);
    for (const { number, reason } of overdue) this.#lose(hook, number, reason);
    if (overdue.length === 0) return;
    this.#notifyOperator('alerts_lost', hook, 'they waited too long, or before too many', overdue.length);
  }

  /** The oldest alert whose tenant still has the webhook. Alerts of tenants that no longer have it are given up on the way. */
  #firstWithTarget(hook: string) {
    const targetOf = (tenant: string) => this.#deps.hooksOf(tenant).find(({ name }) => name === hook);
    let lost = 0;
    let first = this.#alerts.first(hook);
    let target = first && targetOf(first.alert.tenant);
    while (first !== undefined && target === undefined) {
      for (const number of this.#alerts.waitingOf(hook, first.alert.tenant)) {
        this.#lose(hook, number, NOT_CONFIGURED);
        lost++;
      }
      first = this.#alerts.first(hook);
      target = first && targetOf(first.alert.tenant);
    }
    if (lost > 0) this.#notifyOperator('alerts_lost', hook, NOT_CONFIGURED, lost);
    return [first, target] as const;
  }

  #lose(hook: string, number: number, reason: string): void {
    const { lastError } = this.#hooks.health(hook);
    const detail = lastError === null ? reason : `${reason}; last: ${lastError}`;
    this.#alerts.end(hook, number, 'lost', detail, this.#deps.clock.now());
    this.#hooks.countLost(hook);
  }

  #notifyOperator(event: WebhookEvent['event'], webhook: string, reason: string, times: number): void {
    this.#deps.events({ event, webhook, reason, times, needsOperator: true });
  }
}
