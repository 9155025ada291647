/** Spending against the budget, where the money went, and limits that can be changed in place. */
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { MoneyReport } from '../../../worker/core/slo/history.ts';
import { Plot } from '../../plots/plot.tsx';
import { moneyPlot, moneySentence, moneyTitle, monthName, monthsUntil } from '../core/money.ts';
import type { Ledger } from '../core/replies.ts';
import { pathOf, usePage, useRead } from '../ui/context.ts';
import { Filters, Select, TenantFilter } from '../ui/filters.tsx';
import { Card, Loaded } from '../ui/pieces.tsx';
import { Budgets } from './money/budgets.tsx';
import { Where } from './money/where.tsx';

export function Money() {
  const { filters, now } = usePage();
  const months = monthsUntil(now.value);
  const month = useSignal<string>(months[0] ?? '');
  const read = useRead<MoneyReport>(pathOf('money', { tenant: filters.tenant.value, month: month.value }));
  const tenant = filters.tenant.value ?? read.value?.tenant ?? null;
  const ledger = useRead<Ledger>(tenant === null ? null : `ledger/${encodeURIComponent(tenant)}?most=500`);
  const data = useMemo(() => read.value && moneyPlot(read.value), [read.value]);
  return (
    <>
      <Filters>
        <TenantFilter all={read.value?.tenant ?? 'the dearest'} names={read.value?.tenants} />
        <Select label="month" of={month} options={months.map((one) => [one, monthName(one)] as const)} />
      </Filters>
      <div class="columns">
        <Card
          title={read.value === undefined ? 'Spent' : moneyTitle(read.value)}
          what={read.value && `${tenant}. ${moneySentence(read.value)}`}
        >
          <Loaded read={read} rows={6}>
            {() => data && <Plot data={data} height={260} />}
          </Loaded>
        </Card>
        <Where read={read} ledger={ledger.value} />
        {tenant !== null && <Budgets read={ledger} tenant={tenant} />}
      </div>
    </>
  );
}
