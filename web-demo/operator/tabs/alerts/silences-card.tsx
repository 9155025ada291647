import type { ShownSilences } from '../../../../worker/core/slo/shown-alerts.ts';
import { moment, relative } from '../../core/format.ts';
import type { Promises } from '../../core/replies.ts';
import { Act, ActForm } from '../../ui/act.tsx';
import { usePage, useRead } from '../../ui/context.ts';
import { Choice, endAndReason, ForHowLong, Reason, textOf } from '../../ui/fields.tsx';
import { Card, Empty, Loaded } from '../../ui/pieces.tsx';

/** Silences: the promises without notices, and until when. */
export function SilencesCard() {
  const { now } = usePage();
  const read = useRead<ShownSilences>('silences');
  return (
    <Card
      title="Silences"
      what="No notices are sent for these. They are still watched and shown."
      more={<NewSilence />}
    >
      <Loaded read={read}>
        {({ silences, held }) => (
          <>
            {silences.length === 0 ? (
              <Empty>None.</Empty>
            ) : (
              <ul class="list">
                {silences.map(({ objective, until, reason, who }) => (
                  <li key={objective}>
                    <p>
                      <b>{objective === '*' ? 'everything' : objective}</b> ends {relative(until, now.value)} (
                      {moment(until)}){' '}
                      <Act
                        change={{ method: 'DELETE', path: `silences?objective=${encodeURIComponent(objective)}` }}
                        after={{ refresh: ['silences', 'firing'], done: 'The silence is over.' }}
                        label={`End it: the silence of ${objective === '*' ? 'everything' : objective}`}
                      >
                        End it
                      </Act>
                    </p>
                    <p class="beside">
                      {reason} ({who})
                    </p>
                  </li>
                ))}
              </ul>
            )}
            {held.length > 0 && (
              <p class="beside">{held.length} held back so far. To list them: npm run alerts -- silences</p>
            )}
          </>
        )}
      </Loaded>
    </Card>
  );
}

function NewSilence() {
  const promises = useRead<Promises>('slo');
  const { objectives = [], averages = [] } = promises.value ?? {};
  const names = [...objectives, ...averages].map(({ name }) => [name, name] as const);
  return (
    <ActForm
      title="Silence a promise"
      button="Silence…"
      submit="Silence"
      read={(fields) => ({
        ...{ method: 'PUT', path: 'silences' },
        body: { objective: textOf(fields, 'objective'), ...endAndReason(fields) },
      })}
      after={{ refresh: ['silences', 'firing'], done: 'The silence is in force.' }}
    >
      <Choice name="objective" label="Promise" options={[...names, ['*', 'everything']]} />
      <ForHowLong />
      <Reason />
    </ActForm>
  );
}
