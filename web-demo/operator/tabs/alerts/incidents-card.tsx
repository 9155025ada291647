import type { Incident, IncidentPage } from '../../../../worker/core/slo/incident.ts';
import { duration, moment } from '../../core/format.ts';
import type { Promises } from '../../core/replies.ts';
import { ActForm } from '../../ui/act.tsx';
import { usePage, useRead } from '../../ui/context.ts';
import { Choice, LongText, Text, textOf } from '../../ui/fields.tsx';
import { useOlder } from '../../ui/older.ts';
import { Card, Empty, Loaded, Pill } from '../../ui/pieces.tsx';

/** Incidents, which a policy or an operator opened, with the operator's texts. */
export function IncidentsCard() {
  const read = useRead<IncidentPage>('incidents');
  const { pages, load, isLoading, problem } = useOlder<IncidentPage>('incidents', read.value?.next ?? null);
  return (
    <Card title="Incidents" what={read.value && meansText(read.value)} more={<NewIncident />}>
      <Loaded read={read}>
        {({ incidents }) => {
          const all = [...incidents, ...pages.flatMap((page) => page.incidents)];
          const shown = [...new Map(all.map((one) => [one.id, one])).values()];
          if (shown.length === 0) return <Empty>None so far.</Empty>;
          return (
            <>
              <ul class="list">
                {shown.map((incident) => (
                  <IncidentItem key={incident.id} incident={incident} />
                ))}
              </ul>
              {problem !== null && <p class="trouble">{problem}</p>}
              {load && (
                <p>
                  <button type="button" class="quiet" onClick={load} aria-disabled={isLoading}>
                    Look further back
                  </button>
                </p>
              )}
            </>
          );
        }}
      </Loaded>
    </Card>
  );
}

function meansText({ mttrMinutes, mtbfMinutes }: IncidentPage): string {
  if (mttrMinutes === null) return 'Their average duration is known once the first one is closed.';
  const apart = mtbfMinutes === null ? '' : `; one begins every ${duration(mtbfMinutes * 60_000)}`;
  return `An incident is closed after ${duration(mttrMinutes * 60_000)} on average${apart}.`;
}

function IncidentItem({ incident }: { incident: Incident }) {
  const { now } = usePage();
  const { title, openedAt, closedAt, openedBy, closedBy, note, publicNote, actions, objective, feature, tenant } =
    incident;
  const of = [objective, feature, tenant].filter(Boolean).join(' · ');
  const lasted = duration((closedAt ?? now.value) - openedAt);
  return (
    <li>
      <p>
        {closedAt === null ? <Pill tone="bad">open for {lasted}</Pill> : <Pill tone="away">closed after {lasted}</Pill>}{' '}
        <b>{title}</b>
      </p>
      <p class="beside">
        {moment(openedAt)}, opened by {openedBy}
        {closedBy !== null && `, closed by ${closedBy}`}
        {of !== '' && ` · ${of}`}
      </p>
      {note !== null && <p>{note}</p>}
      {publicNote !== null && (
        <p>
          <span class="beside">On the status page: </span>
          {publicNote}
        </p>
      )}
      {actions.length > 0 && (
        <details>
          <summary>Automatic actions ({actions.length})</summary>
          <ul>
            {actions.map(({ at, text }) => (
              <li key={`${at} ${text}`}>
                <span class="beside figures">{moment(at)}</span> {text}
              </li>
            ))}
          </ul>
        </details>
      )}
      <div class="acts">
        <ChangeIncident incident={incident} />
        {closedAt === null && (
          <ActForm
            title="Close this incident?"
            button="Close…"
            label={`Close: ${title}`}
            submit="Close it"
            read={() => ({
              method: 'PUT',
              path: `incidents/${encodeURIComponent(incident.id)}`,
              body: { close: true },
            })}
            after={{ refresh: ['incidents', 'slo'], done: 'The incident is closed.' }}
          >
            <p>{title}</p>
            <p class="beside">A closed incident stays closed. You can still edit its texts.</p>
          </ActForm>
        )}
      </div>
    </li>
  );
}

const words = (fields: FormData, name: string): string | null => textOf(fields, name) || null;

const Words = ({ incident }: { incident?: Incident }) => (
  <>
    <LongText name="note" label="For operators" value={incident?.note ?? null} />
    <LongText
      name="publicNote"
      label="For everyone, on the status page"
      value={incident?.publicNote ?? null}
      help="If empty, the status page shows a general sentence without numbers, tenants or provider names."
    />
  </>
);

function ChangeIncident({ incident }: { incident: Incident }) {
  return (
    <ActForm
      title="Texts of this incident"
      button="Edit…"
      label={`Edit the texts of: ${incident.title}`}
      submit="Save"
      read={(fields) => ({
        ...{ method: 'PUT', path: `incidents/${encodeURIComponent(incident.id)}` },
        body: { title: textOf(fields, 'title'), note: words(fields, 'note'), publicNote: words(fields, 'publicNote') },
      })}
      after={{ refresh: ['incidents'], done: 'The texts are saved.' }}
    >
      <Text name="title" label="Title" required value={incident.title} />
      <Words incident={incident} />
    </ActForm>
  );
}

function NewIncident() {
  const { session } = usePage();
  const { objectives = [], averages = [] } = useRead<Promises>('slo').value ?? {};
  const names = [...objectives, ...averages].map(({ name }) => [name, name] as const);
  return (
    <ActForm
      title="Open an incident"
      button="Open one…"
      submit="Open"
      read={(fields) => ({
        ...{ method: 'POST', path: 'incidents' },
        body: {
          title: textOf(fields, 'title'),
          ...{ objective: words(fields, 'objective'), feature: words(fields, 'feature') },
          ...{ note: words(fields, 'note'), publicNote: words(fields, 'publicNote') },
        },
      })}
      after={{ refresh: ['incidents', 'slo'], done: 'The incident is open, and webhooks are notified.' }}
    >
      <Text name="title" label="Title" required help="One sentence, for operators." />
      <Choice name="objective" label="Promise" options={[['', 'none'], ...names]} />
      <Choice
        name="feature"
        label="Feature"
        options={[['', 'the promise’s own'], ...session.config.features.map(({ name }) => [name, name] as const)]}
      />
      <Words />
    </ActForm>
  );
}
