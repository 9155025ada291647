import type { ShownOverrides } from '../../../../worker/core/routing/shown-overrides.ts';
import { inForceLines } from '../../core/in-force.ts';
import type { Read } from '../../state/reads.ts';
import { Act, ActForm } from '../../ui/act.tsx';
import { usePage } from '../../ui/context.ts';
import { Choice, endAndReason, ForHowLong, Reason, textOf } from '../../ui/fields.tsx';
import { Card, Empty, Loaded, Pill, Scroll } from '../../ui/pieces.tsx';

/** The overrides in force, each with a button that undoes it. */
export function InForce({ read }: { read: Read<ShownOverrides> }) {
  const { now } = usePage();
  return (
    <Card
      title="Set over config"
      what="An override is in force at once where it is set, and elsewhere within a minute. It ends at its time, or when you undo it."
      more={<NewOverride />}
    >
      <Loaded read={read}>
        {(overrides) => {
          const lines = inForceLines(overrides, now.value);
          if (lines.length === 0) return <Empty>Nothing. Requests are routed as config says.</Empty>;
          return (
            <Scroll name="Set over config">
              <table>
                <thead>
                  <tr>
                    <th scope="col">kind</th>
                    <th scope="col">what</th>
                    <th scope="col">by</th>
                    <th scope="col">ends</th>
                    <th scope="col">
                      <span class="visually-hidden">undo</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {lines.map(({ kind, text, who, reason, end, isIdle, path }) => (
                    <tr key={path}>
                      <td>
                        <Pill tone="accent">{kind}</Pill>
                      </td>
                      <th scope="row">
                        {text} {isIdle && <Pill tone="warn">no effect now</Pill>}
                        {reason !== null && <div class="beside">{reason}</div>}
                      </th>
                      <td>{who}</td>
                      <td class="figures">{end}</td>
                      <td class="number">
                        <Act
                          change={{ method: 'DELETE', path }}
                          after={{ refresh: ['overrides', 'cooldowns'], done: `Undone: ${text}.` }}
                          label={`Undo: ${text}`}
                        >
                          Undo
                        </Act>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Scroll>
          );
        }}
      </Loaded>
    </Card>
  );
}

/** Overrides that are not about a single alias. */
function NewOverride() {
  const { aliases } = usePage().session.config;
  return (
    <span class="acts">
      <ActForm
        title="Bypass"
        button="Bypass…"
        submit="Bypass"
        read={(fields) => ({
          ...{ method: 'PUT', path: 'bypass' },
          body: { alias: textOf(fields, 'alias'), ...endAndReason(fields) },
        })}
        after={{ refresh: ['overrides'], done: 'The bypass is in force.' }}
      >
        <p>
          One attempt at the first deployment, without failover, cooldowns and cache. Budgets and limits stay. For when
          the router’s own routing is in the way.
        </p>
        <Choice
          name="alias"
          label="Of"
          options={[['*', 'all aliases'], ...aliases.map(({ name }) => [name, name] as const)]}
        />
        <ForHowLong />
        <Reason />
      </ActForm>
      <ActForm
        title="Freeze promotions"
        button="Freeze…"
        submit="Freeze"
        read={(fields) => ({ method: 'PUT', path: 'freeze', body: endAndReason(fields) })}
        after={{ refresh: ['overrides'], done: 'Promotions are frozen.' }}
      >
        <p>Promotions of models stop until the freeze ends.</p>
        <ForHowLong value="86400" />
        <Reason />
      </ActForm>
    </span>
  );
}
