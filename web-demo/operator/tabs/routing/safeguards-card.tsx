import type { ShownOverrides } from '../../../../worker/core/routing/shown-overrides.ts';
import { ActForm } from '../../ui/act.tsx';
import { usePage } from '../../ui/context.ts';
import { endAndReason, ForHowLong, Reason } from '../../ui/fields.tsx';
import { Card, Pill, Scroll } from '../../ui/pieces.tsx';

/** The features, and the cheaper alias that serves each when a budget is nearly spent or an operator says so. */
export function SafeguardsCard({ overrides }: { overrides: ShownOverrides | undefined }) {
  const { features } = usePage().session.config;
  return (
    <Card
      title="Safeguards"
      what="A safeguard is a feature’s cheaper alias. It serves when a budget is nearly spent, or from the moment you turn it on."
    >
      <Scroll name="Safeguards">
        <table>
          <thead>
            <tr>
              <th scope="col">feature</th>
              <th scope="col">alias</th>
              <th scope="col">safeguard</th>
              <th scope="col">
                <span class="visually-hidden">serve it now</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {features.map(({ name, alias, safeguard }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{alias}</td>
                <td>
                  {safeguard === null ? 'none' : safeguard === alias ? `${safeguard}, with smaller caps` : safeguard}{' '}
                  {overrides?.safeguards?.[name] && <Pill tone="warn">serves now</Pill>}
                </td>
                <td class="number">
                  {safeguard !== null && (
                    <ActForm
                      title={`Serve ${name} by its safeguard`}
                      button="Serve it now…"
                      label={`Serve it now…, ${name} by its safeguard`}
                      submit="Serve"
                      read={(fields) => ({
                        ...{ method: 'PUT', path: `safeguards/${encodeURIComponent(name)}` },
                        body: endAndReason(fields),
                      })}
                      after={{ refresh: ['overrides'], done: `${name} is served by its safeguard.` }}
                    >
                      <p>
                        Every request of {name} is served by {safeguard}, although budgets have enough left.
                      </p>
                      <ForHowLong />
                      <Reason />
                    </ActForm>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </Card>
  );
}
