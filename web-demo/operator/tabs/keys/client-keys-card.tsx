import { useSignal } from '@preact/signals';
import type { KeyRecord } from '../../../../worker/core/identity/identity.ts';
import { dayText, relative } from '../../core/format.ts';
import { keyBody } from '../../core/new-key.ts';
import type { Keys } from '../../core/replies.ts';
import { ActForm } from '../../ui/act.tsx';
import { pathOf, usePage, useRead } from '../../ui/context.ts';
import { Choice, Text, textOf } from '../../ui/fields.tsx';
import { Filters, TenantFilter } from '../../ui/filters.tsx';
import { Card, Empty, Loaded, Pill, Scroll } from '../../ui/pieces.tsx';
import { ShownOnce } from './shown-once.tsx';

export function ClientKeysCard() {
  const { filters } = usePage();
  const cursors = useSignal<readonly (string | null)[]>([null]);
  const read = useRead<Keys>(pathOf('keys', { cursor: cursors.value.at(-1) ?? null }));
  const tenant = filters.tenant.value;
  return (
    <>
      <Filters>
        <TenantFilter />
      </Filters>
      <Card
        title="Client keys"
        what="A key belongs to a tenant. Its id may be shown; the key itself is stored nowhere."
        more={<NewKey tenant={tenant} />}
      >
        <Loaded read={read} rows={6}>
          {({ keys, cursor }) => {
            const shown = keys
              .filter((one) => tenant === null || one.tenant === tenant)
              .toSorted((a, b) => b.createdAt - a.createdAt);
            return (
              <>
                {shown.length === 0 ? (
                  <Empty>{tenant === null ? 'There are no keys yet.' : `No key of ${tenant} here.`}</Empty>
                ) : (
                  <KeyTable keys={shown} />
                )}
                <p class="acts">
                  {cursors.value.length > 1 && (
                    <button type="button" class="quiet" onClick={() => step(cursors, cursors.value.slice(0, -1))}>
                      Back
                    </button>
                  )}
                  {cursor && (
                    <button type="button" class="quiet" onClick={() => step(cursors, [...cursors.value, cursor])}>
                      More keys
                    </button>
                  )}
                </p>
              </>
            );
          }}
        </Loaded>
      </Card>
    </>
  );
}

function step(cursors: { value: readonly (string | null)[] }, next: readonly (string | null)[]): void {
  cursors.value = next;
}

const KeyTable = ({ keys }: { keys: readonly KeyRecord[] }) => (
  <Scroll name="Client keys">
    <table>
      <thead>
        <tr>
          <th scope="col">key</th>
          <th scope="col">tenant</th>
          <th scope="col">may</th>
          <th scope="col">made</th>
          <th scope="col">state</th>
          <th scope="col">
            <span class="visually-hidden">revoke</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <KeyRow key={key.id} record={key} />
        ))}
      </tbody>
    </table>
  </Scroll>
);

function KeyRow({ record }: { record: KeyRecord }) {
  const { id, name, tenant, createdAt, revokedAt } = record;
  const { now } = usePage();
  return (
    <tr>
      <th scope="row">
        {name ?? 'without a name'}
        <div class="beside mono">{id}</div>
      </th>
      <td>{tenant}</td>
      <td>{mayText(record)}</td>
      <td class="nowrap">{dayText(createdAt)}</td>
      <td>
        <State record={record} now={now.value} />
      </td>
      <td class="number">
        {revokedAt === null && (
          <ActForm
            title="Revoke this key?"
            button="Revoke"
            label={`Revoke the key ${name ?? id} of ${tenant}`}
            submit="Revoke"
            read={() => ({ method: 'DELETE', path: `keys/${encodeURIComponent(id)}` })}
            after={{ refresh: ['keys'], done: `The key ${name ?? id} is revoked.` }}
          >
            <p>
              {name ?? 'The key'} of {tenant} gets no more budget, and is refused everywhere within a minute. This
              cannot be undone.
            </p>
          </ActForm>
        )}
      </td>
    </tr>
  );
}

function mayText({ kind, browser, features, user, origins, tier }: KeyRecord): string {
  const parts = [
    kind === 'publishable' ? `publishable, on ${origins.join(', ')}` : browser ? 'secret, also from pages' : 'secret',
    features === null ? 'all features' : features.join(', '),
    user === null ? null : `user ${user}`,
    tier === null ? null : `tier ${tier}`,
  ];
  return parts.filter(Boolean).join(' · ');
}

function State({ record: { revokedAt, expiresAt }, now }: { record: KeyRecord; now: number }) {
  if (revokedAt !== null) return <Pill tone="away">revoked {relative(revokedAt, now)}</Pill>;
  if (expiresAt === null) return <Pill tone="good">works</Pill>;
  return expiresAt <= now ? <Pill tone="away">expired</Pill> : <Pill tone="good">ends {relative(expiresAt, now)}</Pill>;
}

function NewKey({ tenant }: { tenant: string | null }) {
  const fields = ['tenant', 'name', 'kind', 'origins', 'features', 'user', 'days'] as const;
  return (
    <ActForm
      title="New client key"
      button="New key…"
      look="quiet"
      submit="Make it"
      read={(form) => {
        const [tenant, name, kind, origins, features, user, days] = fields.map((field) => textOf(form, field));
        const written = { tenant, name, kind, origins, features, user, days } as Parameters<typeof keyBody>[0];
        return { method: 'POST', path: 'keys', body: keyBody(written) };
      }}
      after={{
        ...{ refresh: ['keys'], done: 'The key was created.' },
        show: ({ key, warnings }: { key: string; warnings?: string[] }) => (
          <ShownOnce secret={key} warnings={warnings} />
        ),
      }}
    >
      <Text name="tenant" label="Tenant" required value={tenant ?? undefined} />
      <Text name="name" label="Name" help="Who uses it, such as web-backend." />
      <Choice
        name="kind"
        label="Kind"
        options={[
          ['secret', 'secret, for servers'],
          ['publishable', 'publishable, for pages'],
        ]}
      />
      <Text
        name="origins"
        label="Origins"
        help="For a publishable key: the pages that may use it, such as https://app.example.com."
      />
      <Text name="features" label="Features" help="All, if empty." />
      <Text name="user" label="User" help="If empty, requests name their own user." />
      <Text name="days" label="Days until it expires" type="number" step="any" min="0" help="Never, if empty." />
    </ActForm>
  );
}
