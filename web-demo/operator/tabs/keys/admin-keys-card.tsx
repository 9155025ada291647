import { dayText, relative } from '../../core/format.ts';
import type { AdminKeys } from '../../core/replies.ts';
import { ActForm } from '../../ui/act.tsx';
import { usePage, useRead } from '../../ui/context.ts';
import { Choice, Text, textOf } from '../../ui/fields.tsx';
import { Card, Empty, Loaded, Pill, Scroll } from '../../ui/pieces.tsx';
import { ShownOnce } from './shown-once.tsx';

export function AdminKeysCard() {
  const { session, now } = usePage();
  const read = useRead<AdminKeys>('admin-keys');
  const isRoot = session.config.operator.scope === 'root';
  return (
    <Card
      title="Operator keys"
      what={
        isRoot ? 'The audit shows the name beside each change.' : 'Only ADMIN_KEY itself can create and revoke them.'
      }
      more={isRoot && <NewAdminKey />}
    >
      <Loaded read={read}>
        {({ keys }) =>
          keys.length === 0 ? (
            <Empty>None yet. Everyone uses ADMIN_KEY, so the audit cannot tell who made a change.</Empty>
          ) : (
            <Scroll name="Operator keys">
              <table>
                <thead>
                  <tr>
                    <th scope="col">name</th>
                    <th scope="col">scope</th>
                    <th scope="col">made</th>
                    <th scope="col">state</th>
                    <th scope="col">
                      <span class="visually-hidden">revoke</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {keys.map(({ id, name, scope, createdAt, revokedAt }) => (
                    <tr key={id}>
                      <th scope="row">
                        {name}
                        <div class="beside mono">{id}</div>
                      </th>
                      <td>{scope === 'read' ? 'read: sees everything' : 'operate: also makes changes'}</td>
                      <td class="nowrap">{dayText(createdAt)}</td>
                      <td>
                        {revokedAt === null ? (
                          <Pill tone="good">works</Pill>
                        ) : (
                          <Pill tone="away">revoked {relative(revokedAt, now.value)}</Pill>
                        )}
                      </td>
                      <td class="number">
                        {revokedAt === null && isRoot && (
                          <ActForm
                            title={`Revoke the key of ${name}?`}
                            button="Revoke"
                            label={`Revoke the admin key of ${name}`}
                            submit="Revoke"
                            read={() => ({ method: 'DELETE', path: `admin-keys/${encodeURIComponent(id)}` })}
                            after={{ refresh: ['admin-keys'], done: `The key of ${name} is revoked.` }}
                          >
                            <p>It is refused from the next call on. This cannot be undone.</p>
                          </ActForm>
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Scroll>
          )
        }
      </Loaded>
    </Card>
  );
}

const NewAdminKey = () => (
  <ActForm
    title="New operator key"
    button="New key…"
    look="quiet"
    submit="Make it"
    read={(fields) => ({
      ...{ method: 'POST', path: 'admin-keys' },
      body: { name: textOf(fields, 'name'), scope: textOf(fields, 'scope') },
    })}
    after={{
      ...{ refresh: ['admin-keys'], done: 'The key was created.' },
      show: ({ key }: { key: string }) => <ShownOnce secret={key} />,
    }}
  >
    <Text name="name" label="Name" required help="The audit shows it beside each change." />
    <Choice
      name="scope"
      label="Scope"
      options={[
        ['read', 'read: sees everything'],
        ['operate', 'operate: also changes routing, limits, incidents and client keys'],
      ]}
    />
  </ActForm>
);
