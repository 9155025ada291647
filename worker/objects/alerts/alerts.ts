import { DurableObject } from 'cloudflare:workers';
import type { AlertView, Attempt, HookView } from '../../core/alerts/alert.ts';
import { deliveryHealthAfter, WELL } from '../../core/alerts/delivery-health.ts';
import { LOST_CALL_MS, MOST_CALLS, MOST_TESTS } from '../../core/alerts/limits.ts';
import { bodyOf } from '../../core/alerts/payload.ts';
import type { Hook } from '../../core/config/resolve-alerts.ts';
import type { Crossing } from '../../core/ledger/book/rows.ts';
import { atMost } from '../at-most.ts';
import { type Caller, tell } from './call.ts';
import { AlertsRows } from './rows.ts';

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
    /** Webhooks that a call is under way to, with the number of what is being sent. */
    readonly #busy = new Map<string, number | undefined>();
    /** Some are due that must wait until a call has ended. */
    #isCrowded = false;
    /** In which order webhooks were begun on, for those of one kind take turns. */
    readonly #turns = new Map<string, number>();
    #turn = 0;
    readonly #tests = atMost(MOST_TESTS);
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
        // Null with some that wait: the first is being sent.
        const next = rows > 0 && !this.#busy.has(name) ? Math.max(nextTryAt, this.#deps.clock.now()) : null;
        return { hook: name, format, problem, waiting: rows, lost, failures, nextTryAt: next, lastError };
      });
      return { hooks, alerts: this.#rows.alerts(before, most) };
    }

    /**
     * Calls each webhook once, past its queue, and says what came of it; one that takes it is sent what waits. (`test` is a
     * name of the platform.)
     */
    async tryAll(tenant?: string): Promise<TestResult[]> {
      const { hooksOf, allHooks, newId, clock } = this.#deps;
      const hooks = tenant === undefined ? allHooks() : hooksOf(tenant);
      return Promise.all(
        hooks.map(async (hook) => {
          const body = bodyOf({ type: 'test', at: clock.now() }, hook.format);
          const { retryAfterMs: _, ...result } = await this.#tests(() =>
            tell(hook, `msg_${newId()}`, body, this.#deps),
          );
          if (result.ok) this.#rows.saveStanding(hook.name, WELL);
          this.#sendDue();
          return { hook: hook.name, format: hook.format, ...result };
        }),
      );
    }

    override async alarm(): Promise<void> {
      this.#alarmAt = undefined;
      this.#sendDue();
    }

    /** Starts on as many webhooks that are due as may be called at once: those that failed last, else by turns. */
    #sendDue(): void {
      const now = this.#deps.clock.now();
      const due = [...this.#rows.waiting().keys()]
        .filter((hook) => !this.#busy.has(hook))
        .map((hook) => ({ hook, ...this.#rows.standing(hook), turn: this.#turns.get(hook) ?? 0 }))
        .filter(({ nextTryAt }) => nextTryAt <= now)
        .toSorted((one, other) => Number(one.failures > 0) - Number(other.failures > 0) || one.turn - other.turn);
      const free = MOST_CALLS - this.#busy.size;
      this.#isCrowded = due.length > free;
      for (const { hook } of due.slice(0, free)) {
        this.#busy.set(hook, undefined);
        this.#turns.set(hook, ++this.#turn);
        this.ctx.waitUntil(this.#sendAll(hook));
      }
      this.#schedule();
    }

    /** One after another, until none waits, one fails, or it is another webhook's turn. */
    async #sendAll(hook: string): Promise<void> {
      try {
        this.#giveUp(hook, this.#deps.clock.now());
        while ((await this.#sendFirst(hook)) && !this.#isCrowded);
      } catch {
        // A fault of ours: not at once again.
        this.#note(hook, { ok: false, status: null, ms: 0, error: 'cannot be made up', retryAfterMs: null });
      } finally {
        this.#busy.delete(hook);
        this.#sendDue();
      }
    }

    /** False: the webhook has to be left alone for now, or nothing waits for it. */
    async #sendFirst(hook: string): Promise<boolean> {
      const { clock, hooksOf } = this.#deps;
      const targetOf = (tenant: string) => hooksOf(tenant).find(({ name }) => name === hook);
      let [waiting, lost] = [this.#rows.first(hook), 0];
      while (waiting !== undefined && targetOf(waiting.alert.tenant) === undefined) {
        lost += this.#rows.giveUpAll(hook, waiting.alert.tenant, NOT_CONFIGURED, clock.now());
        waiting = this.#rows.first(hook);
      }
      if (lost > 0) this.#tellOperator('alerts_lost', hook, NOT_CONFIGURED, lost);
      const target = waiting && targetOf(waiting.alert.tenant);
      if (waiting === undefined || target === undefined) return false;
      const { number, id, alert } = waiting;
      this.#busy.set(hook, number);
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
      this.#rows.saveStanding(hook, deliveryHealthAfter(before, attempt, clock.now(), random()));
      if (!attempt.ok && before.failures === 0) this.#tellOperator('webhook_failing', hook, attempt.error ?? '', 1);
    }

    #giveUp(hook: string, now: number): void {
      const lost = this.#rows.giveUp(hook, now, this.#busy.get(hook));
      if (lost > 0) this.#tellOperator('alerts_lost', hook, 'they waited too long, or before too many', lost);
    }

    #tellOperator(event: WebhookEvent['event'], webhook: string, reason: string, times: number): void {
      this.#deps.events({ event, webhook, reason, times, needsOperator: true });
    }

    /** The next try that is due; for a call under way, when this life must have ended in the middle of it. */
    #schedule(): void {
      const now = this.#deps.clock.now();
      const isFull = this.#busy.size >= MOST_CALLS;
      const dueAt = [...this.#rows.waiting().keys()].map((hook) =>
        isFull || this.#busy.has(hook) ? now + LOST_CALL_MS : Math.max(now, this.#rows.standing(hook).nextTryAt),
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
