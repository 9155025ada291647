/** What the book stores for its watch: firing alerts, what operators set beside them, and notices that wait. */
import type { Notice } from '../../core/alerts/notice.ts';
import type { Limits } from '../../core/ledger/types.ts';
import { type HeldNotice, splitBySilence } from '../../core/slo/held-back.ts';
import { incidentSubject } from '../../core/slo/incidents.ts';
import { type SetLimits, withLimits } from '../../core/slo/set-limits.ts';
import {
  type Acknowledgements,
  type ShownAlert,
  type ShownSilences,
  shownAlerts,
} from '../../core/slo/shown-alerts.ts';
import { inForce, MOST_SILENCES, type Silence } from '../../core/slo/silences.ts';
import type { Slo } from '../../core/slo/slo.ts';
import { EMPTY_WATCH_STATE, type FiringAlert, type WatchState } from '../../core/slo/watch/watch-state.ts';
import { Documents } from './documents.ts';
import { IncidentRows } from './incident-rows.ts';
import { KeptIncidents } from './kept-incidents.ts';
import { Outbox } from './outbox.ts';

/** Each call happens within a turn of the book. */
export class KeptWatch {
  readonly documents: Documents;
  readonly incidents: KeptIncidents;
  readonly outbox: Outbox;

  constructor(sql: SqlStorage, slo: Pick<Slo, 'runbooks'>) {
    this.documents = new Documents(sql);
    this.incidents = new KeptIncidents(new IncidentRows(sql), (notices, now) => this.tell(notices, now), slo);
    this.outbox = new Outbox(sql);
  }

  get state(): WatchState {
    return this.documents.read('watch', EMPTY_WATCH_STATE);
  }

  /** An acknowledgement ends with its alert. */
  keepState(state: WatchState): void {
    this.documents.write('watch', state);
    const seen = Object.entries(this.#acknowledgements).filter(
      ([name, { firedAt }]) => state.firing[name]?.firedAt === firedAt,
    );
    this.documents.write('acknowledgements', Object.fromEntries(seen));
  }

  firing(now: number): ShownAlert[] {
    return shownAlerts(this.state, this.#acknowledgements, this.#silences, now);
  }

  /** Returns null if no alert of this name fires. */
  acknowledge(name: string, who: string, note: string | null, now: number): ShownAlert | null {
    const alert: FiringAlert | undefined = this.state.firing[name];
    if (alert === undefined) return null;
    const seen = { who, at: now, note, firedAt: alert.firedAt };
    this.documents.write('acknowledgements', { ...this.#acknowledgements, [name]: seen });
    return this.firing(now).find((one) => one.name === name) ?? null;
  }

  silences(now: number): ShownSilences {
    return { silences: inForce(this.#silences, now), held: this.#held.toReversed() };
  }

  /** Sets a silence in place of the objective's earlier one. Returns undefined if there are too many. */
  setSilence(silence: Silence, now: number): { before: Silence | null } | undefined {
    const { before, others } = this.#silencesWithout(silence.objective, now);
    if (others.length >= MOST_SILENCES) return undefined;
    this.documents.write('silences', [...others, silence]);
    return { before };
  }

  /** Ends a silence, and sends the notices that no other silence holds back, if what they report still goes on. */
  clearSilence(objective: string, now: number): { before: Silence | null } {
    const { before, others } = this.#silencesWithout(objective, now);
    if (before === null) return { before };
    this.documents.write('silences', others);
    this.tell([], now);
    return { before };
  }

  /** The limits that operators have set over config's. */
  get limits(): SetLimits {
    return this.documents.read<SetLimits>('limits', {});
  }

  /** Notes the limits of a scope. Returns false if there are too many. */
  noteLimits(tenant: string, scope: string, limits: Partial<Limits>): boolean {
    const next = withLimits(this.limits, tenant, scope, limits);
    if (next !== undefined) this.documents.write('limits', next);
    return next !== undefined;
  }

  /** When the next silence ends. Null if no notice waits for one. */
  silenceEndsAt(now: number): number | null {
    if (!this.#held.some(({ waits }) => waits)) return null;
    return inForce(this.#silences, now)[0]?.until ?? now;
  }

  /** Sends these notices and those that no silence holds back any more. What a silence holds back is kept. */
  tell(notices: readonly Notice[], now: number): void {
    const [silences, held] = [inForce(this.#silences, now), this.#held];
    if (silences.length === 0 && held.length === 0) {
      this.outbox.add('notice', notices);
      return;
    }
    const open = this.incidents.since(now).map(incidentSubject);
    const goesOn = new Set([...Object.keys(this.state.firing), ...open]);
    const sifted = splitBySilence(notices, { silences, held, goesOn }, now);
    this.documents.write('held', sifted.held);
    this.outbox.add('notice', sifted.send);
  }

  get #silences(): readonly Silence[] {
    return this.documents.read<readonly Silence[]>('silences', []);
  }

  #silencesWithout(objective: string, now: number): { before: Silence | null; others: Silence[] } {
    const all = inForce(this.#silences, now);
    const before = all.find((one) => one.objective === objective) ?? null;
    return { before, others: all.filter((one) => one !== before) };
  }

  get #acknowledgements(): Acknowledgements {
    return this.documents.read<Acknowledgements>('acknowledgements', {});
  }

  get #held(): readonly HeldNotice[] {
    return this.documents.read<readonly HeldNotice[]>('held', []);
  }
}
