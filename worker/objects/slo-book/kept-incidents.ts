/** Incidents, with the notices that opening and changing them send. */
import type { Notice } from '../../core/alerts/notice.ts';
import type { Incident, IncidentPage } from '../../core/slo/incident.ts';
import {
  changedIncident,
  type IncidentChange,
  incidentNotice,
  meanTimes,
  type NewIncident,
  openedIncident,
} from '../../core/slo/incidents.ts';
import { runbookOf } from '../../core/slo/runbook.ts';
import type { Slo } from '../../core/slo/slo.ts';
import type { IncidentRows } from './incident-rows.ts';

/** An incident before and after a change. */
export interface IncidentPair {
  before: Incident | null;
  after: Incident;
}

type Tell = (notices: readonly Notice[], now: number) => void;

/** Each call happens within a turn of the book. */
export class KeptIncidents {
  readonly #rows: IncidentRows;
  readonly #tell: Tell;
  readonly #slo: Pick<Slo, 'runbooks'>;

  constructor(rows: IncidentRows, tell: Tell, slo: Pick<Slo, 'runbooks'>) {
    this.#slo = slo;
    this.#rows = rows;
    this.#tell = tell;
  }

  /** Incidents that were open at some time since `at`, the newest first. */
  since(at: number): Incident[] {
    return this.#rows.since(at);
  }

  page(before: number, most: number): IncidentPage {
    // One more than is shown tells whether there is another page.
    const found = this.#rows.page(before, most + 1);
    const shown = found.slice(0, most);
    const next = found.length > most ? (shown.at(-1)?.number ?? null) : null;
    return { incidents: shown.map(({ incident }) => incident), next, ...meanTimes(this.#rows.times()) };
  }

  /** Opens an incident. Opening it again with the same id changes nothing. */
  open(given: NewIncident, now: number): IncidentPair {
    const known = this.#rows.find(given.id);
    if (known !== undefined) return { before: known, after: known };
    return this.#save(null, openedIncident(given, now), now);
  }

  /** Returns undefined if there is no incident with this id. */
  change(id: string, change: IncidentChange, who: string, now: number): IncidentPair | undefined {
    const before = this.#rows.find(id);
    if (before === undefined) return undefined;
    return this.#save(before, changedIncident(before, change, who, now), now);
  }

  #save(before: Incident | null, after: Incident, now: number): IncidentPair {
    this.#rows.save(after, now);
    const runbook = after.objective === null ? null : runbookOf(this.#slo, after.objective);
    const notice = incidentNotice(before, after, { now, runbook });
    if (notice !== undefined) this.#tell([notice], now);
    return { before, after };
  }
}
