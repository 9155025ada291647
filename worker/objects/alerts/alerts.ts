import { DurableObject } from 'cloudflare:workers';
import type { Attempt } from '../../core/alerts/alert.ts';
import { budgetNotice } from '../../core/alerts/budget-notice.ts';
import { LOST_CALL_MS, MOST_CALLS, MOST_TESTS } from '../../core/alerts/limits.ts';
import type { Notice } from '../../core/alerts/notice.ts';
import { type Hook, receivesNotice } from '../../core/alerts/policy.ts';
import type { Crossing } from '../../core/ledger/book/rows.ts';
import { limitConcurrency } from '../limit-concurrency.ts';
import { type AlertsDeps, Deliveries } from './deliveries.ts';
import { HookRows } from './hook-rows.ts';
import { hookViews } from './hook-views.ts';
import { listNotices, type NoticeFilter } from './list-notices.ts';
import { AlertRows } from './rows.ts';

/** How a test call of one webhook went. */
export type TestResult = Omit<Attempt, 'retryAfterMs' | 'isRefused'> & { hook: string; format: Hook['format'] };

/**
 * Notices on their way to webhooks: an outbox that calls them from its alarm. Each webhook receives the most urgent notice first,
 * equally urgent ones in order, and all at its own pace. A notice that was taken over is delivered at least once, even if the
 * object dies meanwhile. A repetition has the same `webhook-id`. core/alerts/ decides when to try again and what to send.
 */
export class Alerts extends DurableObject<unknown> {
  readonly #deps: AlertsDeps;
  readonly #alerts: AlertRows;
  readonly #hooks: HookRows;
  readonly #deliveries: Deliveries;
  /** Webhooks that are being called, with the number of the alert that is being sent. */
  readonly #busy = new Map<string, number | undefined>();
  /** True if more webhooks are due than may be called at once. */
  #isCrowded = false;
  /** When each webhook was last started, so that equally healthy ones take turns. */
  readonly #turns = new Map<string, number>();
  #turn = 0;
  readonly #tests = limitConcurrency(MOST_TESTS);
  #alarmAt: number | undefined;

  constructor(state: DurableObjectState, env: unknown, deps: AlertsDeps) {
    super(state, env);
    this.#deps = deps;
    this.#alerts = new AlertRows(state.storage.sql);
    this.#hooks = new HookRows(state.storage.sql);
    this.#deliveries = new Deliveries(state.storage, this.#alerts, this.#hooks, deps);
  }

  /** Takes over what a tenant's ledger has noted, in its order. A repetition changes nothing. */
  take(tenant: string, crossings: readonly Crossing[]): void {
    this.notify(crossings.map((crossing) => budgetNotice({ ...crossing, tenant })));
  }

  /** Takes over notices of every kind, in their order. A notice whose name is known changes nothing. */
  notify(notices: readonly Notice[]): void {
    const { clock, newId, hooksOf } = this.#deps;
    const now = clock.now();
    const called = new Set<string>();
    this.ctx.storage.transactionSync(() => {
      for (const notice of notices) {
        const hooks = hooksOf(notice.tenant).flatMap((hook) => (receivesNotice(hook, notice) ? hook.name : []));
        const isNew = this.#alerts.add(notice, `msg_${newId()}`, hooks, now);
        for (const hook of hooks) {
          called.add(hook);
          if (isNew) this.#deliveries.hasten(hook, notice);
        }
      }
      this.#alerts.forgetOld();
    });
    for (const hook of called) this.#deliveries.giveUp(hook, this.#busy.get(hook));
    this.#sendDue();
  }

  /** All webhooks, and the notices with numbers below `before`, newest first. */
  list(before: number, most: number, narrowing: NoticeFilter = {}) {
    const { sql } = this.ctx.storage;
    const hooks = hookViews(this.#alerts, this.#hooks, this.#deps, (hook) => this.#busy.has(hook));
    return { hooks, alerts: listNotices(sql, before, most, narrowing) };
  }

  /**
   * Calls each webhook once with a test, ahead of its queue. A webhook that answers is then sent what waits for it. (The platform
   * reserves the name `test`.)
   */
  async tryAll(tenant?: string): Promise<TestResult[]> {
    const { hooksOf, allHooks } = this.#deps;
    const hooks = tenant === undefined ? allHooks() : hooksOf(tenant);
    return Promise.all(
      hooks.map(async (hook) => {
        const result = await this.#tests(() => this.#deliveries.sendTest(hook));
        this.#sendDue();
        return { hook: hook.name, format: hook.format, ...result };
      }),
    );
  }

  override async alarm(): Promise<void> {
    this.#alarmAt = undefined;
    this.#sendDue();
  }

  /** Starts calling as many due webhooks as may be called at once. Healthy ones come first, and among equals those called longest ago. */
  #sendDue(): void {
    const now = this.#deps.clock.now();
    const due = [...this.#alerts.waiting().keys()]
      .filter((hook) => !this.#busy.has(hook))
      .map((hook) => ({ hook, ...this.#hooks.health(hook), turn: this.#turns.get(hook) ?? 0 }))
      .filter(({ nextTryAt }) => nextTryAt <= now)
      .toSorted((a, b) => Number(a.failures > 0) - Number(b.failures > 0) || a.turn - b.turn);
    const free = MOST_CALLS - this.#busy.size;
    this.#isCrowded = due.length > free;
    for (const { hook } of due.slice(0, free)) {
      this.#busy.set(hook, undefined);
      this.#turns.set(hook, ++this.#turn);
      this.ctx.waitUntil(this.#sendAll(hook));
    }
    this.#schedule();
  }

  /** Sends one alert after another, until none waits, a call fails, or it is another webhook's turn. */
  async #sendAll(hook: string): Promise<void> {
    try {
      this.#deliveries.giveUp(hook, undefined);
      while ((await this.#deliveries.sendFirst(hook, (number) => this.#busy.set(hook, number))) && !this.#isCrowded);
    } catch {
      // A bug of ours must not be repeated in a tight loop.
      this.#deliveries.note(hook, { ok: false, status: null, ms: 0, error: 'cannot be written', retryAfterMs: null });
    } finally {
      this.#busy.delete(hook);
      this.#sendDue();
    }
  }

  /** Sets the alarm to the next try or, during a call, to when the call must be over, in case the object dies in the middle of it. */
  #schedule(): void {
    const now = this.#deps.clock.now();
    const isFull = this.#busy.size >= MOST_CALLS;
    const dueAt = [...this.#alerts.waiting().keys()].map((hook) =>
      isFull || this.#busy.has(hook) ? now + LOST_CALL_MS : Math.max(now, this.#hooks.health(hook).nextTryAt),
    );
    const { storage } = this.ctx;
    if (dueAt.length === 0) {
      this.#alarmAt = undefined;
      void storage.deleteAlarm();
      return;
    }
    const at = Math.min(...dueAt);
    // An alarm that comes a little early costs less than one that is set again for each call.
    if (this.#alarmAt !== undefined && this.#alarmAt <= at && this.#alarmAt > now) return;
    this.#alarmAt = at;
    void storage.setAlarm(at);
  }
}
