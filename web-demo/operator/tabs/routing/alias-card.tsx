import type { ShownConfig } from '../../../../worker/core/config/shown-config.ts';
import type { ShownOverrides } from '../../../../worker/core/routing/shown-overrides.ts';
import { causeText } from '../../core/cause.ts';
import { relative } from '../../core/format.ts';
import type { Cooldown, Cooldowns } from '../../core/replies.ts';
import type { Read } from '../../state/reads.ts';
import { Act, ActForm } from '../../ui/act.tsx';
import { usePage } from '../../ui/context.ts';
import { Choice, endAndReason, ForHowLong, Reason, textOf } from '../../ui/fields.tsx';
import { Card, Loaded, Pill, Scroll } from '../../ui/pieces.tsx';
import { AliasList } from './alias-list.tsx';

type Alias = ShownConfig['aliases'][number];

/** One alias: its deployments in the order in which they are asked, and the health of each. */
export function AliasCard({
  alias,
  cooldowns,
  overrides,
}: {
  alias: Alias;
  cooldowns: Read<Cooldowns>;
  overrides: ShownOverrides | undefined;
}) {
  const { name, deployments } = alias;
  const { features } = usePage().session.config;
  const users = features.filter((feature) => feature.alias === name).map((feature) => feature.name);
  const list = overrides?.aliases[name];
  const pin = overrides?.pins[name];
  const shown = deployments
    .map((one) => {
      const set = list?.deployments.find(({ id }) => id === one.id);
      const { model = one.model, order = one.order, weight = one.weight } = set ?? {};
      return { ...one, model, order, weight, isListed: listed(list, one.id) };
    })
    .toSorted((a, b) => a.order - b.order);
  return (
    <Card
      title={name}
      what={users.length === 0 ? 'No feature uses it by default.' : `Serves ${users.join(', ')}.`}
      more={
        <span class="acts">
          <PinForm alias={alias} />
          <AliasList alias={alias} list={list} />
        </span>
      }
    >
      <Loaded read={cooldowns}>
        {(read) => (
          <Scroll name={`Deployments of ${name}`}>
            <table>
              <thead>
                <tr>
                  <th scope="col">deployment</th>
                  <th scope="col">now</th>
                  <th scope="col">model</th>
                  <th scope="col" class="number">
                    order
                  </th>
                  <th scope="col" class="number">
                    weight
                  </th>
                  <th scope="col">
                    <span class="visually-hidden">clear</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {shown.map(({ id, provider, model, order, weight, isListed }) => (
                  <tr key={id}>
                    <th scope="row">
                      {id} {provider !== id && <span class="beside">{provider}</span>}
                    </th>
                    <td>
                      <Standing isListed={isListed} isPinned={pin?.deployment === id} cooldown={cooldownOf(read, id)} />
                    </td>
                    <td>
                      {model} {list && isListed && <Pill tone="accent">set by hand</Pill>}
                    </td>
                    <td class="number">{order}</td>
                    <td class="number">{weight}</td>
                    <td class="number">
                      <Clear id={id} cooldown={cooldownOf(read, id)} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        )}
      </Loaded>
    </Card>
  );
}

const listed = (list: ShownOverrides['aliases'][string] | undefined, id: string): boolean =>
  list === undefined || (list.deployments.some((one) => one.id === id) && !list.leftOut?.includes(id));

const cooldownOf = ({ cooldowns }: Cooldowns, id: string): Cooldown | undefined =>
  cooldowns.find(({ deployment }) => deployment === id);

function Standing({
  isListed,
  isPinned,
  cooldown,
}: {
  isListed: boolean;
  isPinned: boolean;
  cooldown: Cooldown | undefined;
}) {
  const { now } = usePage();
  return (
    <>
      {isPinned && <Pill tone="accent">pinned</Pill>} {!isListed && <Pill tone="away">not in the list in force</Pill>}
      {isListed && cooldown === undefined && <Pill tone="good">up</Pill>}
      {cooldown && (
        <>
          <Pill tone="bad">in cooldown</Pill>{' '}
          <span class="beside">
            {causeText(cooldown.cause)}, since {relative(cooldown.since, now.value)},{' '}
            {cooldown.until <= now.value ? 'waits for a probe' : `ends ${relative(cooldown.until, now.value)}`}
          </span>
        </>
      )}
    </>
  );
}

const Clear = ({ id, cooldown }: { id: string; cooldown: Cooldown | undefined }) =>
  cooldown === undefined ? null : (
    <Act
      change={{ method: 'DELETE', path: `cooldowns/${encodeURIComponent(id)}` }}
      after={{ refresh: ['cooldowns'], done: `The cooldown of ${id} is over.` }}
      label={`Clear the cooldown of ${id}`}
    >
      Clear
    </Act>
  );

function PinForm({ alias: { name, deployments } }: { alias: Alias }) {
  return (
    <ActForm
      title={`Pin ${name}`}
      button="Pin…"
      label={`Pin ${name} to a deployment`}
      submit="Pin"
      read={(fields) => ({
        ...{ method: 'PUT', path: `pins/${encodeURIComponent(name)}` },
        body: { deployment: textOf(fields, 'deployment'), ...endAndReason(fields) },
      })}
      after={{ refresh: ['overrides'], done: `${name} is pinned.` }}
    >
      <p>This deployment is asked first, whatever its health. Failover to the others stays.</p>
      <Choice
        name="deployment"
        label="Deployment"
        options={deployments.map(({ id, model }) => [id, `${id} · ${model}`] as const)}
      />
      <ForHowLong />
      <Reason />
    </ActForm>
  );
}
