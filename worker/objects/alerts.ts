import { DurableObject } from 'cloudflare:workers';
import type { AlertView, Attempt, HookView } from '../core/alerts/alert.ts';
import { LOST_CALL_MS } from '../core/alerts/limits.ts';
import { bodyOf } from '../core/alerts/payload.ts';
import { standingAfter } from '../core/alerts/standing.ts';
import type { Hook } from '../core/config/resolve-alerts.ts';
import type { Crossing } from '../core/ledger/rows.ts';
import { type Caller, tell } from './alerts-call.ts';
import { AlertsRows } from './alerts-rows.ts';

export interface AlertsDeps extends Caller {
  random(): number;
  newId(): string;
  hooksOf(tenant: string): readonly Hook[];
  /** Of all tenants, each once. */
  allHooks(): readonly Hook[];
  events(event: WebhookEvent): void;
}

/** What an operator must hear of; it names the variable, never the address. */
export interface WebhookEvent {
  event: 'webhook_failing' | 'alerts_lost';
  webhook: string;
  reason: string;
  needsOperator: true;
  [field: string]: string | number | boolean;
}

export type TestResult = Omit<Attempt, 'retryAfterMs'> & { hook: string; format: Hook['format'] };

/**
 * Alerts on their way: an outbox that calls webhooks from its alarm, each webhook in its own order and at its own pace, until it
 * is taken. What was taken in is told at least once, whatever dies; a repetition has the same `webhook-id`. When to try again
 * and what to say is decided in core/alerts/.
 */
export const alertsClass = <Env>(makeDeps: (env: Env) => AlertsDeps) =>
  class Alerts extends DurableObject<Env> {
    readonly #deps: AlertsDeps;
    readonly #rows: AlertsRows;
    /** Webhooks that a call is under way to. */
    readonly #busy = new Set<string>();
    #alarmAt: number | undefined;

    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, env);
      this.#deps = makeDeps(env);
      this.#rows = new AlertsRows(ctx.storage.sql);
    }

    /** Takes over what a tenant's ledger has noted, in its order; a repetition changes nothing. */
    take(tenant: string, crossings: readonly Crossing[]): void {
      const { clock, newId, hooksOf } = this.#deps;
      const now = clock.now();
      const hooks = hooksOf(tenant).map(({ name }) => name);
      this.ctx.storage.transactionSync(() => {
        for (const crossing of crossings) this.#rows.add({ ...crossing, tenant }, `msg_${newId()}`, hooks, now);
        this.#rows.forgetOld();
      });
      for (const hook of hooks) this.#giveUp(hook, now);
      this.#sendDue();
    }

    /** What was sent, what is on its way, what was lost; `before` is the number of the last one seen. */
    list(before: number, most: number): { hooks: HookView[]; alerts: (AlertView & { number: number })[] } {
      const waiting = this.#rows.waiting();
      const configured = new Map(this.#deps.allHooks().map((hook) => [hook.name, hook]));
      const names = [...new Set([...configured.keys(), ...waiting.keys()])];
      const hooks = names.map((name): HookView => {
        const { failures, nextTryAt, lastError, lost } = this.#rows.standing(name);
        const { format = null, problem = null } = configured.get(name) ?? { problem: NOT_CONFIGURED };
        const rows = waiting.get(name) ?? 0;
        const next = rows > 0 ? Math.max(nextTryAt, this.#deps.clock.now()) : null;
        return { hook: name, format, problem, waiting: rows, lost, failures, nextTryAt: next, lastError };
      });
      return { hooks, alerts: this.#rows.alerts(before, most) };
    }

    /** Calls each webhook once, past its queue, and says what came of it. (`test` is a name of the platform.) */
    async tryAll(tenant?: string): Promise<TestResult[]> {
      const { hooksOf, allHooks, newId, clock } = this.#deps;
      const hooks = tenant === undefined ? allHooks() : hooksOf(tenant);
      return Promise.all(
        hooks.map(async (hook) => {
          const body = bodyOf({ type: 'test', at: clock.now() }, hook.format);
          const { retryAfterMs: _, ...result } = await tell(hook, `msg_${newId()}`, body, this.#deps);
          return { hook: hook.name, format: hook.format, ...result };
        }),
      );
    }

    override async alarm(): Promise<void> {
      this.#alarmAt = undefined;
      this.#sendDue();
    }

    /** Starts on every webhook that is due; none waits for another. */
    #sendDue(): void {
      const now = this.#deps.clock.now();
      for (const hook of this.#rows.waiting().keys()) {
        if (this.#busy.has(hook) || this.#rows.standing(hook).nextTryAt > now) continue;
        this.#busy.add(hook);
        this.ctx.waitUntil(this.#sendAll(hook));
      }
      this.#schedule();
    }

    /** One after another, until none waits or one fails. */
    async #sendAll(hook: string): Promise<void> {
      try {
        this.#giveUp(hook, this.#deps.clock.now());
        while (await this.#sendFirst(hook));
      } catch {
        // A fault of ours: not at once again.
        this.#note(hook, { ok: false, status: null, ms: 0, error: 'cannot be made up', retryAfterMs: null });
      } finally {
        this.#busy.delete(hook);
        this.#schedule();
      }
    }

    /** False: the webhook has to be left alone for now, or nothing waits for it. */
    async #sendFirst(hook: string): Promise<boolean> {
      const { clock, hooksOf } = this.#deps;
      const waiting = this.#rows.first(hook);
      if (waiting === undefined) return false;
      const { number, id, alert } = waiting;
      const target = hooksOf(alert.tenant).find(({ name }) => name === hook);
      if (target === undefined) {
        this.#rows.lose(hook, number, NOT_CONFIGURED, clock.now());
        this.#tellOperator('alerts_lost', hook, NOT_CONFIGURED, 1);
        return true;
      }
      const body = bodyOf({ type: 'budget.threshold_reached', alert }, target.format);
      const attempt = await tell(target, id, body, this.#deps);
      this.ctx.storage.transactionSync(() => {
        if (attempt.ok) this.#rows.sent(hook, number, `answered ${attempt.status}`, clock.now());
        this.#note(hook, attempt);
      });
      return attempt.ok;
    }

    #note(hook: string, attempt: Attempt): void {
      const { clock, random } = this.#deps;
      const before = this.#rows.standing(hook);
      this.#rows.saveStanding(hook, standingAfter(before, attempt, clock.now(), random()));
      if (!attempt.ok && before.failures === 0) this.#tellOperator('webhook_failing', hook, attempt.error ?? '', 1);
    }

    #giveUp(hook: string, now: number): void {
      const lost = this.#rows.giveUp(hook, now);
      if (lost > 0) this.#tellOperator('alerts_lost', hook, 'they waited too long, or before too many', lost);
    }

    #tellOperator(event: WebhookEvent['event'], webhook: string, reason: string, times: number): void {
      this.#deps.events({ event, webhook, reason, times, needsOperator: true });
    }

    /** The next try that is due; for a call under way, when this life must have ended in the middle of it. */
    #schedule(): void {
      const now = this.#deps.clock.now();
      const dueAt = [...this.#rows.waiting().keys()].map((hook) =>
        this.#busy.has(hook) ? now + LOST_CALL_MS : Math.max(now, this.#rows.standing(hook).nextTryAt),
      );
      const { storage } = this.ctx;
      if (dueAt.length === 0) {
        this.#alarmAt = undefined;
        void storage.deleteAlarm();
        return;
      }
      const at = Math.min(...dueAt);
      // An alarm that comes a little early costs less than one that is set anew for each call.
      if (this.#alarmAt !== undefined && this.#alarmAt <= at && this.#alarmAt > now) return;
      this.#alarmAt = at;
      void storage.setAlarm(at);
    }
  };

const NOT_CONFIGURED = 'is not in the config any more';

export type Alerts = InstanceType<ReturnType<typeof alertsClass>>;
