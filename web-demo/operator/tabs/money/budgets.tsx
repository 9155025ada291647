/** Budgets and rates of a tenant's scopes. A change of a limit takes effect at once. */
import type { Limits } from '../../../../worker/core/ledger/types.ts';
import { microUsd } from '../../core/format.ts';
import {
  type BudgetRow,
  budgetRows,
  LIMIT_FIELDS,
  type LimitField,
  limitChange,
  limitText,
  rateText,
  type Spending,
} from '../../core/money.ts';
import type { Ledger } from '../../core/replies.ts';
import type { Read } from '../../state/reads.ts';
import { ActForm } from '../../ui/act.tsx';
import { usePage } from '../../ui/context.ts';
import { Text, textOf } from '../../ui/fields.tsx';
import { Bar, Card, Loaded, Pill, Scroll } from '../../ui/pieces.tsx';

export function Budgets({ read, tenant }: { read: Read<Ledger>; tenant: string }) {
  const { session, now } = usePage();
  return (
    <Card
      title="Budgets and rates"
      what="Money spent. The hatched part is held by running requests. A new limit takes effect at once, and the audit says who set it."
      wide
      more={<ChangeLimits tenant={tenant} row={null} />}
    >
      <Loaded read={read} rows={6}>
        {(ledger) => (
          <>
            <Scroll name="Budgets and rates">
              <table class="budgets">
                <thead>
                  <tr>
                    <th scope="col">scope</th>
                    <th scope="col">today</th>
                    <th scope="col">month</th>
                    <th scope="col">rates</th>
                    <th scope="col">
                      <span class="visually-hidden">change</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {budgetRows(ledger, session.config, now.value).map((row) => (
                    <tr key={row.scope}>
                      <th scope="row">
                        {row.name} {row.isSetByHand && <Pill tone="accent">set by hand</Pill>}{' '}
                        {row.isRevoked && <Pill tone="bad">revoked</Pill>}
                      </th>
                      <td>
                        <Spent spending={row.day} of={`${row.name} today`} />
                      </td>
                      <td>
                        <Spent spending={row.month} of={`${row.name} this month`} />
                      </td>
                      <td>{rateText(row.limits)}</td>
                      <td class="number">
                        <ChangeLimits tenant={tenant} row={row} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Scroll>
            {ledger.next !== null && (
              <p class="beside">
                There are more scopes than fit here: <code>npm run budget -- show --tenant {tenant}</code>.
              </p>
            )}
          </>
        )}
      </Loaded>
    </Card>
  );
}

function Spent({ spending: { spentMicroUsd, heldMicroUsd, capMicroUsd }, of }: { spending: Spending; of: string }) {
  const text =
    capMicroUsd === null ? microUsd(spentMicroUsd) : `${microUsd(spentMicroUsd)} of ${microUsd(capMicroUsd)}`;
  if (capMicroUsd === null)
    return (
      <span>
        {text} <span class="beside">no limit</span>
      </span>
    );
  const share = capMicroUsd === 0 ? 1 : spentMicroUsd / capMicroUsd;
  return (
    <span class="spent">
      <Bar
        share={share}
        held={capMicroUsd === 0 ? 0 : heldMicroUsd / capMicroUsd}
        tone={share >= 0.95 ? 'bad' : share >= 0.85 ? 'warn' : 'accent'}
        name={`${of}: ${text}, ${microUsd(heldMicroUsd)} held`}
      />
      <span class="nowrap">{text}</span>
    </span>
  );
}

const LABELS: Readonly<Record<LimitField, string>> = {
  monthlyUsd: 'USD a month',
  dailyUsd: 'USD a day',
  rps: 'Requests per second',
  burst: 'Burst of requests',
  tpm: 'Tokens per minute',
  parallel: 'Parallel requests',
};

/** `row`: null for a form that takes the name of any scope. */
function ChangeLimits({ tenant, row }: { tenant: string; row: BudgetRow | null }) {
  const limits: Partial<Limits> = row?.limits ?? {};
  const name = row?.name ?? 'another scope';
  return (
    <ActForm
      title={`Limits of ${name}`}
      button={row === null ? 'Limits of another scope…' : 'Change'}
      label={row === null ? undefined : `Change the limits of ${name}`}
      submit="Set"
      read={(fields) => ({
        method: 'PUT',
        path: `tenants/${encodeURIComponent(tenant)}/limits`,
        body: limitChange(
          row?.scope ?? textOf(fields, 'scope'),
          limits,
          Object.fromEntries(LIMIT_FIELDS.map((field) => [field, textOf(fields, field)])) as Record<LimitField, string>,
        ),
      })}
      after={{ refresh: ['ledger', 'money', 'slo'], done: `The limits of ${name} are in force.` }}
    >
      {row === null && (
        <Text
          name="scope"
          label="Scope"
          required
          placeholder="user:ana"
          help="tenant, anonymous, user:ID, feature:NAME or key:ID"
        />
      )}
      <div class="two">
        {LIMIT_FIELDS.map((field) => (
          <Text
            key={field}
            name={field}
            label={LABELS[field]}
            type="number"
            step="any"
            min="0"
            value={limitText(limits, field)}
          />
        ))}
      </div>
      <p class="beside">Only the fields that you change are set. An emptied field goes back to the value in config.</p>
    </ActForm>
  );
}
