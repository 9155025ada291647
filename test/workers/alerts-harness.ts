/** `Alerts` on real storage inside workerd, with a stopped clock and scripted webhooks. */
import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { type Notice, SEVERITIES } from '../../worker/core/alerts/notice.ts';
import type { Hook } from '../../worker/core/alerts/policy.ts';
import type { Crossing } from '../../worker/core/ledger/book/rows.ts';
import { Alerts } from '../../worker/objects/alerts/alerts.ts';
import type { AlertsDeps, WebhookEvent } from '../../worker/objects/alerts/deliveries.ts';
import { TestClock } from '../unit/pipeline/support/clock.ts';

export const SECRET = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

export const hook = (name: string, format: Hook['format'] = 'json'): Hook => ({
  ...{ name, format, url: `https://${name.toLowerCase().replaceAll('_', '-')}.example/in`, problem: undefined },
  secret: format === 'slack' ? '' : SECRET,
  severities: SEVERITIES,
});

export interface Call {
  url: string;
  headers: Headers;
  body: string;
  at: number;
  redirect: string | undefined;
}

type Answer = (call: Call) => Response | Promise<Response>;

/** State that survives the object's restarts. */
export class Receivers {
  clock = new TestClock();
  hooks: Hook[] = [hook('OPS')];
  /** Those of the whole service, where they are others. */
  common: Hook[] | undefined;
  readonly calls: Call[] = [];
  readonly events: WebhookEvent[] = [];
  /** By the name of the hook; one without a script accepts everything. */
  readonly answers = new Map<string, Answer>();
  random = 0.5;
  #ids = 0;

  /** What one webhook accepted. */
  taken(name: string): string[] {
    const url = hook(name).url;
    return this.calls.filter((call) => call.url === url).map(({ body }) => body);
  }

  get deps(): AlertsDeps {
    return {
      clock: { now: () => this.clock.now(), after: (ms, run) => this.clock.after(ms, run) },
      random: () => this.random,
      newId: () => `id-${this.#ids++}`,
      hooksOf: (tenant) => (tenant === null && this.common) || this.hooks,
      allHooks: () => [...this.hooks, ...(this.common ?? [])],
      events: (event) => void this.events.push(event),
      fetch: async (url, { headers, body, redirect, signal }) => {
        const call = { url, headers: new Headers(headers), body: String(body), at: this.clock.now(), redirect };
        this.calls.push(call);
        const name = [...this.hooks, ...(this.common ?? [])].find((one) => one.url === url)?.name ?? '';
        return Promise.race([this.answers.get(name)?.(call) ?? new Response('ok'), aborted(signal)]);
      },
    };
  }
}

const aborted = (signal: AbortSignal | null | undefined): Promise<never> =>
  new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));

export const never = (): Promise<Response> => new Promise(() => {});

type Instance = Pick<Alerts, 'take' | 'notify' | 'list' | 'tryAll' | 'alarm'>;

let names = 0;

/** Any class with an alarm will do as a host: the object under test is made on its storage, in its context. */
export class AlertsStage {
  readonly world = new Receivers();
  readonly #name = `alerts ${names++}`;
  #life: { state: DurableObjectState; instance: Instance } | undefined;

  inside<R>(run: (object: Instance, state: DurableObjectState) => R | Promise<R>): Promise<R> {
    const stub = env.HEALTH_BOARD.get(env.HEALTH_BOARD.idFromName(this.#name));
    return runInDurableObject(stub, (_: unknown, state: DurableObjectState) => {
      if (this.#life?.state !== state) {
        this.#life = { state, instance: new Alerts(state, env, this.world.deps) };
      }
      return run(this.#life.instance, state);
    });
  }

  take(...crossings: Crossing[]): Promise<void> {
    return this.takeOf('acme', ...crossings);
  }

  takeOf(tenant: string, ...crossings: Crossing[]): Promise<void> {
    return this.inside(async (object) => {
      object.take(tenant, crossings);
      await this.world.clock.settle();
    });
  }

  notify(...notices: Notice[]): Promise<void> {
    return this.inside(async (object) => {
      object.notify(notices);
      await this.world.clock.settle();
    });
  }

  list(most = 200) {
    return this.inside((object) => object.list(Number.MAX_SAFE_INTEGER, most));
  }

  /** Time passes: timers fire, and so does the alarm when it is due, as on the platform. */
  async pass(ms: number): Promise<void> {
    const until = this.world.clock.now() + ms;
    for (;;) {
      const at = await this.inside((_, state) => state.storage.getAlarm());
      const now = this.world.clock.now();
      if (at === null || at > until) break;
      await this.inside(async (object, state) => {
        await this.world.clock.advance(Math.max(0, at - now));
        await state.storage.deleteAlarm();
        await object.alarm();
        await this.world.clock.settle();
      });
    }
    await this.inside(() => this.world.clock.advance(Math.max(0, until - this.world.clock.now())));
  }

  /** Its memory, timers and calls are gone, as after a crash. */
  async vanish(): Promise<void> {
    await abortAllDurableObjects();
    const passed = this.world.clock.now();
    this.world.clock = new TestClock();
    await this.world.clock.advance(passed - this.world.clock.now());
  }
}

export const crossing = (percent: number, more: Partial<Crossing> = {}): Crossing => ({
  ...{ scope: 'tenant', period: '2026-11', percent, spentMicroUsd: percent * 1e6, capMicroUsd: 1e8, at: percent },
  ...more,
});

/** A notice about a promise; the same number is the same notice. */
export const notice = (number: number, more: Partial<Notice> = {}): Notice => ({
  ...{ name: `burn/chat/1h/${number}`, subject: 'burn/chat/1h', tenant: null, kind: 'slo', type: 'slo.burning' },
  ...{ severity: 'page', at: number, text: `Notice ${number}`, runbook: null, data: { objective: 'chat', number } },
  ...more,
});
