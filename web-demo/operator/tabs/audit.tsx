/** Every change that was made with an admin key. */
import { moment } from '../core/format.ts';
import type { Audit } from '../core/replies.ts';
import { useRead } from '../ui/context.ts';
import { useOlder } from '../ui/older.ts';
import { Card, Empty, Loaded, Pill, Scroll } from '../ui/pieces.tsx';

export function AuditLog() {
  const read = useRead<Audit>('audit');
  const { pages, load, isLoading, problem } = useOlder<Audit>('audit', read.value?.next ?? null);
  return (
    <Card title="Audit" what="Every change over the admin API, the newest first. Refused calls leave no row.">
      <Loaded read={read} rows={8}>
        {({ entries }) => {
          const all = [...entries, ...pages.flatMap((page) => page.entries)];
          const rows = [...new Map(all.map((entry) => [entry.number, entry])).values()].sort(
            (a, b) => b.number - a.number,
          );
          return rows.length === 0 ? (
            <Empty>Nobody has changed anything yet.</Empty>
          ) : (
            <>
              <Scroll name="Audit">
                <table>
                  <thead>
                    <tr>
                      <th scope="col">when</th>
                      <th scope="col">who</th>
                      <th scope="col">what</th>
                      <th scope="col">from, to</th>
                    </tr>
                  </thead>
                  <tbody>
                    {rows.map((entry) => (
                      <Row key={entry.number} entry={entry} />
                    ))}
                  </tbody>
                </table>
              </Scroll>
              {problem !== null && <p class="trouble">{problem}</p>}
              {load && (
                <p>
                  <button type="button" class="quiet" onClick={load} aria-disabled={isLoading}>
                    {isLoading ? 'Loading…' : 'Look further back'}
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

function Row({ entry: { at, who, what, call, from, to, pending, requestId } }: { entry: Audit['entries'][number] }) {
  return (
    <tr>
      <td class="nowrap figures">{moment(at)}</td>
      <td>{who}</td>
      <th scope="row">
        {what} {pending && <Pill tone="warn">may or may not have been made</Pill>}
        <div class="beside mono">{call}</div>
        {requestId && <div class="beside mono">{requestId}</div>}
      </th>
      <td>
        <details>
          <summary>show</summary>
          <pre class="json">{`from ${json(from)}\nto ${json(to)}`}</pre>
        </details>
      </td>
    </tr>
  );
}

const json = (value: unknown): string => JSON.stringify(value, null, 2) ?? 'nothing';
