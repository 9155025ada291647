import { DurableObject } from 'cloudflare:workers';
import type { IncidentPage } from '../../core/slo/incident.ts';
import type { IncidentChange, NewIncident } from '../../core/slo/incidents.ts';
import type { ShownAlert, ShownSilences } from '../../core/slo/shown-alerts.ts';
import type { Silence } from '../../core/slo/silences.ts';
import { HandOn, type Takers } from './hand-on.ts';
import type { KeptBookDeps } from './kept-book.ts';
import { earliest, isMaintenanceDue, type LookConfig, look } from './look.ts';
import { type Memory, Turns } from './turns.ts';
import { Waker } from './waker.ts';
import type { IncidentPair } from './watch-kept.ts';

type BookEvent =
  | Parameters<KeptBookDeps['events']>[0]
  /** A look failed. */
  | { event: 'internal_error'; where: 'watch'; reason: string };

/** What the watch needs from outside. */
export interface WatchingDeps extends KeptBookDeps, Takers {
  config: KeptBookDeps['config'] & LookConfig;
  events(event: BookEvent): void;
}

const MINUTE_MS = 60_000;

/**
 * The half of the book that keeps watch: it looks once a minute while something may change, tells `Alerts`, and has incidents,
 * silences and acknowledgements. What is to be told is a row until it is taken.
 */
export class WatchingBook extends DurableObject<unknown> {
  // Fields of the instance: only methods of a class can be called from outside.
  protected readonly turns: Turns;
  readonly #deps: WatchingDeps;
  readonly #handOn: HandOn;
  readonly #waker: Waker;
  /** Undefined: with the next alarm. */
  #nextLookAt: number | null | undefined;

  constructor(state: DurableObjectState, env: unknown, deps: WatchingDeps) {
    super(state, env);
    this.#deps = deps;
    this.turns = new Turns(state.storage, deps);
    this.#handOn = new HandOn(this.turns, deps);
    this.#waker = new Waker(state.storage);
    void state.blockConcurrencyWhile(async () => {
      await this.#waker.read();
      const isDue = this.turns.take((memory, now) => isMaintenanceDue(memory, deps.config.slo, now));
      if (isDue) this.#wakeBy(deps.clock.now());
    });
  }

  override async alarm(): Promise<void> {
    this.#waker.rang();
    const { clock } = this.#deps;
    if ((this.#nextLookAt ?? 0) <= clock.now()) this.#nextLookAt = this.#look();
    const retryAt = await this.#handOn.all();
    const next = earliest(this.#nextLookAt ?? null, retryAt);
    if (next !== null) this.#wakeBy(next);
  }

  /** Alerts that fire. */
  firing(): ShownAlert[] {
    return this.turns.take(({ watch }, now) => watch.firing(now));
  }

  /** Null: no such alert fires. */
  acknowledge(alert: string, who: string, note: string | null): ShownAlert | null {
    return this.turns.take(({ watch }, now) => watch.acknowledge(alert, who, note, now));
  }

  /** Silences that hold, and what they hold back. */
  silences(): ShownSilences {
    return this.turns.take(({ watch }, now) => watch.silences(now));
  }

  /** Takes the place of the silence that the objective had. Undefined: there are too many. */
  setSilence(silence: Silence): { before: Silence | null } | undefined {
    return this.turns.take(({ watch }, now) => watch.setSilence(silence, now));
  }

  clearSilence(objective: string): { before: Silence | null } {
    return this.#changing(({ watch }, now) => watch.clearSilence(objective, now));
  }

  /** The newest first, with numbers below `before`. */
  incidents(before: number, most: number): IncidentPage {
    return this.turns.take(({ watch }) => watch.incidentPage(before, most));
  }

  openIncident(given: NewIncident): IncidentPair {
    return this.#changing(({ watch }, now) => watch.openIncident(given, null, now));
  }

  /** Undefined: there is none with this id. */
  changeIncident(id: string, change: IncidentChange, who: string): IncidentPair | undefined {
    return this.#changing(({ watch }, now) => watch.changeIncident(id, change, who, () => null, now));
  }

  /** A turn in which something new may come: what is in memory keeps up, and the next look is at the next whole minute. */
  protected readonly takeNews = <Reply>(decide: (memory: Memory, now: number) => Reply): Reply => {
    const reply = this.turns.take((memory, now) => {
      const reply = decide(memory, now);
      memory.book.keepUp();
      return reply;
    });
    const minute = Math.floor(this.#deps.clock.now() / MINUTE_MS + 1) * MINUTE_MS;
    if (this.#nextLookAt !== undefined) this.#nextLookAt = Math.min(this.#nextLookAt ?? minute, minute);
    this.#wakeBy(minute);
    return reply;
  };

  /** A turn that may leave something to tell, which the alarm then does at once. */
  #changing<Reply>(decide: (memory: Memory, now: number) => Reply): Reply {
    const reply = this.turns.take(decide);
    this.#wakeBy(this.#deps.clock.now());
    return reply;
  }

  /** A bug must not end the watch: the platform gives an alarm up that fails again and again. */
  #look(): number | null {
    const { config, events, clock } = this.#deps;
    try {
      return this.turns.take((memory, now) => look(memory, config, now));
    } catch (error) {
      events({ event: 'internal_error', where: 'watch', reason: error instanceof Error ? error.name : 'unknown' });
      return clock.now() + MINUTE_MS;
    }
  }

  #wakeBy(at: number): void {
    this.#waker.by(at, this.#deps.clock.now());
  }
}
