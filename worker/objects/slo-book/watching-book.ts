import { DurableObject } from 'cloudflare:workers';
import type { Limits } from '../../core/ledger/types.ts';
import type { IncidentPage } from '../../core/slo/incident.ts';
import type { IncidentChange, NewIncident } from '../../core/slo/incidents.ts';
import { NO_ACTIVE_POLICIES, type PolicyState } from '../../core/slo/policy/state.ts';
import type { ShownAlert, ShownSilences } from '../../core/slo/shown-alerts.ts';
import type { Silence } from '../../core/slo/silences.ts';
import type { IncidentPair } from './kept-incidents.ts';
import type { WatchScheduler } from './watch-scheduler.ts';

/**
 * The watching half of the book: it sends notices to `Alerts`, and keeps incidents, silences and acknowledgements. A notice is a
 * row until `Alerts` has taken it.
 */
export class WatchingBook extends DurableObject<unknown> {
  readonly #scheduler: WatchScheduler;

  constructor(state: DurableObjectState, env: unknown, scheduler: WatchScheduler) {
    super(state, env);
    this.#scheduler = scheduler;
    void state.blockConcurrencyWhile(() => scheduler.begin());
  }

  override async alarm(): Promise<void> {
    await this.#scheduler.ring();
  }

  /** The alerts that fire. */
  firing(): ShownAlert[] {
    return this.#scheduler.turns.take(({ watch }, now) => watch.firing(now));
  }

  /** Returns null if no alert of this name fires. */
  acknowledge(alert: string, who: string, note: string | null): ShownAlert | null {
    return this.#scheduler.turns.take(({ watch }, now) => watch.acknowledge(alert, who, note, now));
  }

  /** The rules of the policy that hold. */
  activePolicies(): PolicyState['active'] {
    return this.#scheduler.turns.take(({ watch }) => watch.documents.read('policy', NO_ACTIVE_POLICIES).active);
  }

  /** The silences that hold, and what they hold back. */
  silences(): ShownSilences {
    return this.#scheduler.turns.take(({ watch }, now) => watch.silences(now));
  }

  /** Sets a silence in place of the objective's earlier one. Returns undefined if there are too many. */
  setSilence(silence: Silence): { before: Silence | null } | undefined {
    // A shorter silence may end before the look that the earlier one had planned.
    return this.#scheduler.takeNews(({ watch }, now) => watch.setSilence(silence, now));
  }

  clearSilence(objective: string): { before: Silence | null } {
    return this.#scheduler.takeAndTell(({ watch }, now) => watch.clearSilence(objective, now));
  }

  /** Takes all limits that operators have set for a tenant, or for a feature within it. Returns false if there are too many. */
  noteLimits(tenant: string, scope: string, limits: Partial<Limits>): boolean {
    return this.#scheduler.takeNews(({ watch }) => watch.noteLimits(tenant, scope, limits));
  }

  /** Incidents with numbers below `before`, the newest first. */
  incidents(before: number, most: number): IncidentPage {
    return this.#scheduler.turns.take(({ watch }) => watch.incidents.page(before, most));
  }

  openIncident(given: NewIncident): IncidentPair {
    return this.#scheduler.takeAndTell(({ watch }, now) => watch.incidents.open(given, now));
  }

  /** Returns undefined if there is no incident with this id. */
  changeIncident(id: string, change: IncidentChange, who: string): IncidentPair | undefined {
    return this.#scheduler.takeAndTell(({ watch }, now) => watch.incidents.change(id, change, who, now));
  }
}
