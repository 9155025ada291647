/**
 * What happens to the alerts of one webhook. They are sent in order, their calls count for or against its health, and they are
 * given up when it is too late.
 */
import type { Attempt } from '../../core/alerts/alert.ts';
import { deliveryHealthAfter, HEALTHY_WEBHOOK } from '../../core/alerts/delivery-health.ts';
import { isUrgent, type Notice } from '../../core/alerts/notice.ts';
import { noticeBody, testBodies } from '../../core/alerts/payload.ts';
import type { Hook } from '../../core/alerts/policy.ts';
import { type CallDeps, deliver } from './call.ts';
import type { HookRows } from './hook-rows.ts';
import type { AlertRows } from './rows.ts';

/** What `Alerts` needs from outside. */
export interface AlertsDeps extends CallDeps {
  random(): number;
  newId(): string;
  /** The webhooks of a tenant, or of the whole service for null. */
  hooksOf(tenant: string | null): readonly Hook[];
  /** The webhooks of all tenants, each once. */
  allHooks(): readonly Hook[];
  events(event: WebhookEvent): void;
}

/** An event for operators. It names the webhook's variable, never its address. */
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

  /** Sends the next alert. `onSend` gets its number before the call. Returns false if nothing waits, or if the call failed. */
  async sendFirst(hook: string, onSend: (number: number) => void): Promise<boolean> {
    const { clock } = this.#deps;
    const [first, target] = this.#firstWithTarget(hook);
    if (first === undefined || target === undefined) return false;
    const { number, id, notice } = first;
    onSend(number);
    const attempt = await deliver(target, id, noticeBody(notice, target), this.#deps);
    this.#storage.transactionSync(() => {
      if (attempt.ok) this.#alerts.end(hook, number, 'sent', `answered ${attempt.status}`, clock.now());
      if (attempt.isRefused) this.#lose(hook, number, `was refused: it ${attempt.error}`);
      this.note(hook, attempt);
    });
    if (attempt.isRefused) this.#notifyOperator('alerts_lost', hook, attempt.error ?? '', 1);
    return attempt.ok || attempt.isRefused === true;
  }

  /** Calls a webhook once with a test message, ahead of what waits for it. */
  async sendTest(hook: Hook): Promise<Omit<Attempt, 'retryAfterMs' | 'isRefused'>> {
    const { newId, clock } = this.#deps;
    const began = clock.now();
    let result: Omit<Attempt, 'retryAfterMs' | 'isRefused'> = { ok: true, status: null, ms: 0, error: null };
    for (const body of testBodies(hook, began)) {
      const { ok, status, error } = await deliver(hook, `msg_${newId()}`, body, this.#deps);
      result = { ok, status, ms: clock.now() - began, error };
      if (!ok) return result;
    }
    this.#hooks.saveHealth(hook.name, HEALTHY_WEBHOOK);
    return result;
  }

  /** Counts an attempt for or against the webhook. */
  note(hook: string, attempt: Attempt): void {
    const { clock, random } = this.#deps;
    const before = this.#hooks.health(hook);
    const urgent = !attempt.ok && this.#alerts.isUrgent(hook);
    this.#hooks.saveHealth(hook, deliveryHealthAfter(before, attempt, clock.now(), random(), urgent));
    if (!attempt.ok && !attempt.isRefused && before.failures === 0)
      this.#notifyOperator('webhook_failing', hook, attempt.error ?? '', 1);
  }

  /** If this notice is urgent, a webhook that waits after failures is tried at once. */
  hasten(hook: string, { severity }: Notice): void {
    const health = this.#hooks.health(hook);
    const now = this.#deps.clock.now();
    if (isUrgent(severity) && health.nextTryAt > now) this.#hooks.saveHealth(hook, { ...health, nextTryAt: now });
  }

  /** Gives up alerts that have waited too long, and those beyond the limit. `sending` is never given up. */
  giveUp(hook: string, sending: number | undefined): void {
    const overdue = this.#alerts.overdue(hook, this.#deps.clock.now(), sending);
    for (const { number, reason } of overdue) this.#lose(hook, number, reason);
    if (overdue.length === 0) return;
    this.#notifyOperator('alerts_lost', hook, 'they waited too long, or too many were waiting', overdue.length);
  }

  /** The next alert whose tenant still has the webhook. Alerts of tenants that no longer have it are given up on the way. */
  #firstWithTarget(hook: string) {
    const targetOf = (tenant: string | null) => this.#deps.hooksOf(tenant).find(({ name }) => name === hook);
    let lost = 0;
    let first = this.#alerts.first(hook);
    let target = first && targetOf(first.notice.tenant);
    while (first !== undefined && target === undefined) {
      for (const number of this.#alerts.waitingOf(hook, first.notice.tenant)) {
        this.#lose(hook, number, NOT_CONFIGURED);
        lost++;
      }
      first = this.#alerts.first(hook);
      target = first && targetOf(first.notice.tenant);
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
