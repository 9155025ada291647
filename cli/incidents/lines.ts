/** What `npm run incidents` prints. */
import type { Incident, IncidentPage } from '../../worker/core/slo/incident.ts';
import { durationText, utc } from '../times.ts';

/** A page of incidents, newest first, each with its texts below it. */
export function pageLines({ incidents, next, mttrMinutes, mtbfMinutes }: IncidentPage, now: number): string[] {
  if (incidents.length === 0) return ['No incident yet.'];
  const times = [
    mttrMinutes !== null && `An incident is closed after ${durationText(mttrMinutes * 60_000)} on average`,
    mtbfMinutes !== null && `one begins every ${durationText(mtbfMinutes * 60_000)}`,
  ].filter((part) => part !== false);
  return [
    ...incidents.flatMap((one) => [...incidentLines(one, now), '']),
    ...(times.length > 0 ? [`${times.join('; ')}.`] : []),
    ...(next === null ? [] : [`There are more: --before ${next}`]),
  ];
}

/** The id of the open incident, if there is exactly one. Otherwise throws an error that lists them. */
export function onlyOpenOne(incidents: readonly Incident[]): string {
  const open = incidents.filter(({ closedAt }) => closedAt === null);
  const [first, second] = open;
  if (first === undefined) throw new Error('No incident is open. Name one that is closed with --id.');
  if (second === undefined) return first.id;
  const choices = open.map(({ id, title }) => `  --id ${id}  ${title}`);
  throw new Error([`${open.length} incidents are open. Name one:`, ...choices].join('\n'));
}

/** One incident. */
export function incidentLines(incident: Incident, now: number): string[] {
  const { id, title, objective, tenant, openedAt, openedBy, closedAt, closedBy, note, publicNote, actions } = incident;
  const state =
    closedAt === null
      ? `open for ${durationText(now - openedAt)}`
      : `closed after ${durationText(closedAt - openedAt)} by ${closedBy}`;
  return [
    `${title}  (${state})`,
    `  ${id}`,
    `  opened ${utc(openedAt)} by ${openedBy}${objective === null ? '' : `, for ${objective}`}${tenant === null ? '' : `, of ${tenant}`}`,
    ...(note === null ? [] : [`  note: ${note}`]),
    publicNote === null ? '  no public note yet' : `  public: ${publicNote}`,
    ...actions.map(({ at, text }) => `  ${utc(at)}  ${text}`),
  ];
}
