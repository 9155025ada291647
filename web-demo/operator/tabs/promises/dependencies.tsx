/** How promises depend on each other: composites, dependencies and tiers. */
import { listed } from '../../core/headline.ts';
import { durationWords } from '../../core/promise-card.ts';
import type { ShownObjective } from '../../core/replies.ts';
import { Card, Pill, Scroll } from '../../ui/pieces.tsx';

const STATES = {
  healthy: ['kept', 'good'],
  burning: ['burning', 'warn'],
  exhausted: ['budget spent', 'bad'],
  no_data: ['no data', 'away'],
} as const;

const State = ({ state }: { state: ShownObjective['state'] }) => {
  const [text, tone] = STATES[state];
  return <Pill tone={tone}>{text}</Pill>;
};

export function Dependencies({ objectives }: { objectives: readonly ShownObjective[] }) {
  const shown = objectives.filter(({ of, dependsOn = [], touches = [], tier }) => {
    return of.length > 0 || dependsOn.length > 0 || touches.length > 0 || tier;
  });
  if (shown.length === 0) return null;
  const states = new Map(objectives.map(({ name, state }) => [name, state]));
  return (
    <Card
      title="Dependencies"
      what="A composite is kept if all of its parts are. A dependency that breaks is shown with the promises that need it."
      wide
    >
      <Scroll name="Dependencies">
        <table>
          <thead>
            <tr>
              <th scope="col">promise</th>
              <th scope="col">tier</th>
              <th scope="col">depends on</th>
              <th scope="col">now</th>
              <th scope="col">effect</th>
            </tr>
          </thead>
          <tbody>
            {shown.flatMap(({ name, tier, of, dependsOn = [], touches = [], state, window }) => {
              const parts = [
                ...of.map((part) => ({ objective: part, state: states.get(part), consumes: true, isPart: true })),
                ...dependsOn.map((one) => ({ ...one, isPart: false })),
              ];
              const head = (
                <>
                  <th scope="row">
                    {name} <span class="beside">{durationWords(window)}</span>
                  </th>
                  <td>{tier ?? '–'}</td>
                </>
              );
              if (parts.length === 0)
                return [
                  <tr key={name}>
                    {head}
                    <td>nothing</td>
                    <td>
                      <State state={state} />
                    </td>
                    <td>{touches.length > 0 && `touches ${listed(touches)}`}</td>
                  </tr>,
                ];
              return parts.map((part) => (
                <tr key={`${name} ${part.objective}`}>
                  {head}
                  <td>
                    {part.objective} <span class="beside">{part.isPart ? 'part' : 'dependency'}</span>
                  </td>
                  <td>{part.state && <State state={part.state} />}</td>
                  <td>{effect(part)}</td>
                </tr>
              ));
            })}
          </tbody>
        </table>
      </Scroll>
    </Card>
  );
}

function effect({
  state,
  consumes,
  isPart,
}: {
  state: ShownObjective['state'] | undefined;
  consumes: boolean;
  isPart: boolean;
}): string {
  if (isPart) return 'a request that is bad there is bad here';
  const counts = consumes ? 'its bad share counts into this error budget' : 'it is shown, and does not count here';
  return state === 'exhausted' || state === 'burning' ? `it is not well now: ${counts}` : counts;
}
