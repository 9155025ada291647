/** How incidents are opened, worded, closed and counted, and which notices are sent about them. */
import type { Notice, NoticeType } from '../alerts/notice.ts';
import type { Incident, IncidentAction } from './incident.ts';

/** An incident keeps at most this many actions, the newest. */
const MOST_ACTIONS = 100;

/** What is known of an incident when it is opened. */
export type NewIncident = Pick<Incident, 'id' | 'title' | 'openedBy'> &
  Partial<Pick<Incident, 'objective' | 'feature' | 'tenant' | 'note' | 'publicNote' | 'actions'>>;

/** What may be changed about an incident. Null removes a note. */
export interface IncidentChange {
  title?: string | undefined;
  note?: string | null | undefined;
  publicNote?: string | null | undefined;
  /** Actions to add. */
  actions?: readonly IncidentAction[] | undefined;
  close?: boolean | undefined;
}

/** A new incident, opened at `now`, epoch milliseconds. */
export const openedIncident = (given: NewIncident, now: number): Incident => ({
  ...{ objective: null, feature: null, tenant: null, actions: [], note: null, publicNote: null },
  ...given,
  ...{ openedAt: now, closedAt: null, closedBy: null },
});

/** The incident after a change. Its words may change even after it is closed, but it is closed only once. */
export function changedIncident(incident: Incident, change: IncidentChange, who: string, now: number): Incident {
  const { title = incident.title, note = incident.note, publicNote = incident.publicNote, actions = [] } = change;
  const closes = change.close === true && incident.closedAt === null;
  return {
    ...{ ...incident, title, note, publicNote },
    actions: [...incident.actions, ...actions].slice(-MOST_ACTIONS),
    ...(closes && { closedAt: now, closedBy: who }),
  };
}

/** The subject of an incident's notices. */
export const incidentSubject = ({ id }: Pick<Incident, 'id'>): string => `incident/${id}`;

/**
 * The notice about a change, or undefined if nothing changed that notices report. `before` is null for a new incident. The
 * operators' note is for operators of the whole service, so notices of a tenant's incident leave it out.
 */
export function incidentNotice(
  before: Incident | null,
  after: Incident,
  { now, runbook }: { now: number; runbook: string | null },
): Notice | undefined {
  const type = typeOf(before, after);
  if (type === undefined) return undefined;
  const { id, tenant, title, objective, feature, openedBy, openedAt, closedAt, publicNote } = after;
  const subject = incidentSubject(after);
  const note = tenant === null ? after.note : null;
  const minutes = closedAt === null ? null : minutesOf(closedAt - openedAt);
  return {
    ...{ subject, tenant, kind: 'incident', type, severity: 'incident', at: now, runbook },
    name: type === 'incident.updated' ? `${subject}/updated/${now}` : `${subject}/${type.slice('incident.'.length)}`,
    text: sentence(type, title, note ?? publicNote, minutes),
    data: { id, objective, feature, openedBy, openedAt, closedAt, minutes, title, note, publicNote },
  };
}

function typeOf(before: Incident | null, after: Incident): NoticeType | undefined {
  if (before === null) return 'incident.opened';
  if (before.closedAt === null && after.closedAt !== null) return 'incident.closed';
  const told = ({ title, note, publicNote, tenant }: Incident) => [title, tenant === null ? note : null, publicNote];
  return JSON.stringify(told(before)) === JSON.stringify(told(after)) ? undefined : 'incident.updated';
}

function sentence(type: NoticeType, title: string, words: string | null, minutes: number | null): string {
  const told = words === null ? title : `${ended(title)} ${words}`;
  if (type === 'incident.opened') return `Incident opened: ${told}`;
  if (type === 'incident.updated') return `Incident: ${told}`;
  return `Incident closed after ${minutes === 1 ? '1 minute' : `${minutes} minutes`}: ${told}`;
}

/** Adds a full stop if the title has no end mark, because a person may have written it. */
const ended = (title: string): string => (/[.!?…:]$/.test(title.trimEnd()) ? title.trimEnd() : `${title.trimEnd()}.`);

const minutesOf = (ms: number): number => Math.round(ms / 60_000);

/**
 * Mean times over closed incidents, in minutes: from opening to closing (`mttrMinutes`), and from one opening to the next
 * (`mtbfMinutes`). Null without a closed incident, or with fewer than two.
 */
export function meanTimes(incidents: readonly Pick<Incident, 'openedAt' | 'closedAt'>[]): {
  mttrMinutes: number | null;
  mtbfMinutes: number | null;
} {
  const closed = incidents.flatMap(({ openedAt, closedAt }) => (closedAt === null ? [] : [{ openedAt, closedAt }]));
  const count = closed.length;
  const openings = closed.map(({ openedAt }) => openedAt);
  const repair = closed.reduce((sum, { openedAt, closedAt }) => sum + closedAt - openedAt, 0);
  const between = Math.max(...openings) - Math.min(...openings);
  const tenths = (ms: number): number => Math.round(ms / 6_000) / 10;
  return {
    mttrMinutes: count === 0 ? null : tenths(repair / count),
    mtbfMinutes: count < 2 ? null : tenths(between / (count - 1)),
  };
}
