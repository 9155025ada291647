import type { ShownConfig } from '../../../../worker/core/config/shown-config.ts';
import type { ShownOverrides } from '../../../../worker/core/routing/shown-overrides.ts';
import { listedBody } from '../../core/listed.ts';
import { ActForm } from '../../ui/act.tsx';
import { Check, Choice, Reason, Text, textOf } from '../../ui/fields.tsx';

/** The form that sets other models, orders and weights for an alias's deployments. */
export function AliasList({
  alias: { name, deployments },
  list,
}: {
  alias: ShownConfig['aliases'][number];
  list: ShownOverrides['aliases'][string] | undefined;
}) {
  return (
    <ActForm
      title={`Models of ${name}`}
      button="Models…"
      label={`Change the models of ${name}`}
      submit="Set"
      read={(fields) => {
        const of = (field: string, id: string) => textOf(fields, `${field} ${id}`);
        const lines = deployments.map(({ id }) => ({
          ...{ id, isIn: fields.has(`in ${id}`), model: of('model', id), order: of('order', id) },
          ...{ weight: of('weight', id), input: of('input', id), output: of('output', id) },
        }));
        const seconds = textOf(fields, 'end');
        return {
          ...{ method: 'PUT', path: `aliases/${encodeURIComponent(name)}` },
          body: {
            deployments: listedBody(lines),
            reason: textOf(fields, 'reason'),
            ...(seconds !== '' && { forSeconds: Number(seconds) }),
          },
        };
      }}
      after={{ refresh: ['overrides', 'cooldowns'], done: `The models of ${name} are in force.` }}
    >
      {deployments.map((one) => {
        const set = list?.deployments.find(({ id }) => id === one.id);
        return (
          <fieldset key={one.id}>
            <legend>{one.id}</legend>
            <Check name={`in ${one.id}`} isOn={list === undefined || set !== undefined}>
              serves
            </Check>
            <Text name={`model ${one.id}`} label={`Model of ${one.id}`} value={set?.model ?? one.model} required />
            <div class="four">
              <Text name={`order ${one.id}`} label="Order" type="number" value={set?.order ?? one.order} />
              <Text
                name={`weight ${one.id}`}
                label="Weight"
                type="number"
                step="any"
                value={set?.weight ?? one.weight}
              />
              <Text
                name={`input ${one.id}`}
                label="$ / M in"
                type="number"
                step="any"
                value={priceOf(set?.price, 'input')}
              />
              <Text
                name={`output ${one.id}`}
                label="$ / M out"
                type="number"
                step="any"
                value={priceOf(set?.price, 'output')}
              />
            </div>
          </fieldset>
        );
      })}
      <p class="beside">A price is needed only for a model that neither config nor the price list knows.</p>
      <Choice
        name="end"
        label="For"
        options={[
          ['', 'until it is undone'],
          ['7200', '2 hours'],
          ['86400', '1 day'],
          ['604800', '7 days'],
        ]}
      />
      <Reason />
    </ActForm>
  );
}

function priceOf(price: unknown, part: 'input' | 'output'): number | undefined {
  if (typeof price !== 'object' || price === null || !(part in price)) return undefined;
  const value = (price as Record<string, unknown>)[part];
  return typeof value === 'number' ? value : undefined;
}
