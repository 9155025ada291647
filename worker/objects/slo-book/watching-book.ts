import { DurableObject } from 'cloudflare:workers';
import type { Limits } from '../../core/ledger/types.ts';
import type { IncidentPage } from '../../core/slo/incident.ts';
import type { IncidentChange, NewIncident } from '../../core/slo/incidents.ts';
import { NO_POLICY_ACTS, type PolicyState } from '../../core/slo/policy/state.ts';
import type { ShownAlert, ShownSilences } from '../../core/slo/shown-alerts.ts';
import type { Silence } from '../../core/slo/silences.ts';
import type { IncidentPair } from './kept-incidents.ts';
import type { Watchman } from './watchman.ts';

/**
 * The half of the book that keeps watch: notices go to `Alerts`, and there are incidents, silences and acknowledgements. A notice
 * is a row until `Alerts` has taken it.
 */
export class WatchingBook extends DurableObject<unknown> {
  readonly #watchman: Watchman;

  constructor(state: DurableObjectState, env: unknown, watchman: Watchman) {
    super(state, env);
    this.#watchman = watchman;
    void state.blockConcurrencyWhile(() => watchman.begin());
  }

  override async alarm(): Promise<void> {
    await this.#watchman.ring();
  }

  /** Alerts that fire. */
  firing(): ShownAlert[] {
    return this.#watchman.turns.take(({ watch }, now) => watch.firing(now));
  }

  /** Null: no such alert fires. */
  acknowledge(alert: string, who: string, note: string | null): ShownAlert | null {
    return this.#watchman.turns.take(({ watch }, now) => watch.acknowledge(alert, who, note, now));
  }

  /** Rules of the policy that hold. */
  activePolicies(): PolicyState['active'] {
    return this.#watchman.turns.take(({ watch }) => watch.documents.read('policy', NO_POLICY_ACTS).active);
  }

  /** Silences that hold, and what they hold back. */
  silences(): ShownSilences {
    return this.#watchman.turns.take(({ watch }, now) => watch.silences(now));
  }

  /** Takes the place of the silence that the objective had. Undefined: there are too many. */
  setSilence(silence: Silence): { before: Silence | null } | undefined {
    // A shorter one may end before the look that waits for the one before.
    return this.#watchman.takeNews(({ watch }, now) => watch.setSilence(silence, now));
  }

  clearSilence(objective: string): { before: Silence | null } {
    return this.#watchman.takeAndTell(({ watch }, now) => watch.clearSilence(objective, now));
  }

  /** All limits that are set by hand for a tenant, or for a feature within it. False: too many are. */
  noteLimits(tenant: string, scope: string, limits: Partial<Limits>): boolean {
    return this.#watchman.takeNews(({ watch }) => watch.noteLimits(tenant, scope, limits));
  }

  /** The newest first, with numbers below `before`. */
  incidents(before: number, most: number): IncidentPage {
    return this.#watchman.turns.take(({ watch }) => watch.incidents.page(before, most));
  }

  openIncident(given: NewIncident): IncidentPair {
    return this.#watchman.takeAndTell(({ watch }, now) => watch.incidents.open(given, now));
  }

  /** Undefined: there is none with this id. */
  changeIncident(id: string, change: IncidentChange, who: string): IncidentPair | undefined {
    return this.#watchman.takeAndTell(({ watch }, now) => watch.incidents.change(id, change, who, now));
  }
}
