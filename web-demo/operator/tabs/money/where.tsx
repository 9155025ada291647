import { useSignal } from '@preact/signals';
import type { MoneyReport } from '../../../../worker/core/slo/history.ts';
import { grouped, usd } from '../../core/format.ts';
import { monthName } from '../../core/money.ts';
import type { Ledger } from '../../core/replies.ts';
import type { Read } from '../../state/reads.ts';
import { Select } from '../../ui/filters.tsx';
import { Card, Empty, Loaded, Scroll } from '../../ui/pieces.tsx';

interface Row {
  names: string[];
  /** Null if the row comes from the ledger, which does not count requests. */
  requests: number | null;
  costUsd: number;
}

/** A month's spending by feature and model, by one of the two, or by user. */
export function Where({ read, ledger }: { read: Read<MoneyReport>; ledger: Ledger | undefined }) {
  const by = useSignal<string>('both');
  return (
    <Card
      title="Where it went"
      what={read.value && `${monthName(read.value.month)}, most expensive first.`}
      more={
        <Select
          label="by"
          of={by}
          options={[
            ['both', 'feature and model'],
            ['feature', 'feature'],
            ['model', 'model'],
            ['user', 'user'],
          ]}
        />
      }
    >
      <Loaded read={read} rows={5}>
        {(report) => <Table report={report} rows={rowsOf(report, ledger, by.value)} by={by.value} />}
      </Loaded>
    </Card>
  );
}

function Table({ report, rows, by }: { report: MoneyReport; rows: readonly Row[]; by: string }) {
  if (rows.length === 0) return <Empty>Nothing was spent in this month.</Empty>;
  const heads = by === 'both' ? ['feature', 'model'] : [by];
  const hasRequests = by !== 'user';
  return (
    <Scroll name="Where it went">
      <table>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
            {hasRequests && (
              <th scope="col" class="number">
                requests
              </th>
            )}
            <th scope="col" class="number">
              cost
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ names, requests, costUsd }) => (
            <tr key={names.join(' ')}>
              {names.map((name, index) => (
                <td key={heads[index]}>{name}</td>
              ))}
              {hasRequests && <td class="number">{requests === null ? '–' : grouped(requests)}</td>}
              <td class="number">{usd(costUsd)}</td>
            </tr>
          ))}
          {hasRequests && report.failedUsd > 0 && (
            <tr>
              <td colSpan={heads.length + 1}>failed attempts that may be billed</td>
              <td class="number">{usd(report.failedUsd)}</td>
            </tr>
          )}
        </tbody>
      </table>
    </Scroll>
  );
}

function rowsOf({ where, month }: MoneyReport, ledger: Ledger | undefined, by: string): Row[] {
  const modelOf = (model: string | null): string => model ?? 'from the cache';
  if (by === 'both') return where.map(({ feature, model, ...rest }) => ({ names: [feature, modelOf(model)], ...rest }));
  if (by === 'user') return usersOf(ledger, month);
  const sums = new Map<string, { requests: number | null; costUsd: number }>();
  for (const { feature, model, requests, costUsd } of where) {
    const name = by === 'feature' ? feature : modelOf(model);
    const sum = sums.get(name) ?? { requests: 0, costUsd: 0 };
    const all = sum.requests === null || requests === null ? null : sum.requests + requests;
    sums.set(name, { requests: all, costUsd: sum.costUsd + costUsd });
  }
  return [...sums].map(([name, sum]) => ({ names: [name], ...sum })).sort((a, b) => b.costUsd - a.costUsd);
}

/** The users' spending from the ledger, because only the ledger knows users by name. */
function usersOf(ledger: Ledger | undefined, month: string): Row[] {
  const rows = (ledger?.scopes ?? []).filter(({ scope, period }) => {
    return period === month && (scope.startsWith('user:') || scope === 'anonymous');
  });
  return rows
    .map(({ scope, spentMicroUsd }) => ({
      names: [scope === 'anonymous' ? 'without a user' : scope.slice('user:'.length)],
      ...{ requests: null, costUsd: spentMicroUsd / 1e6 },
    }))
    .sort((a, b) => b.costUsd - a.costUsd)
    .slice(0, 30);
}
