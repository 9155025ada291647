/** How fast the error budget burns now, against the rates at which an alert is sent. */
import type { BurnWindow } from '../../../../worker/core/slo/windows.ts';
import { times } from '../../core/format.ts';
import { objectiveWords } from '../../core/promise-card.ts';
import type { ShownObjective } from '../../core/replies.ts';
import { Card } from '../../ui/pieces.tsx';

const NAMES: Readonly<Record<BurnWindow, string>> = {
  '5m': '5 min',
  '30m': '30 min',
  '1h': '1 h',
  '2h': '2 h',
  '6h': '6 h',
  '1d': '1 day',
  '3d': '3 days',
};

/** Each window with the rate of its alert: the alert that has it as its long window, or else one that has it as its short window. */
function rowsOf({ burnRates, burnAlerts = [] }: ShownObjective) {
  return (Object.keys(NAMES) as BurnWindow[]).map((window) => {
    const alert = burnAlerts.find(({ long }) => long === window) ?? burnAlerts.find(({ short }) => short === window);
    return { window, rate: burnRates[window], limit: alert?.burnRate ?? null };
  });
}

export function BurnRates({ objective }: { objective: ShownObjective }) {
  const rows = rowsOf(objective);
  const most = Math.max(1, ...rows.flatMap(({ rate, limit }) => [rate ?? 0, limit ?? 0])) * 1.12;
  return (
    <Card
      title={`Burn rate now, ${objectiveWords(objective)}`}
      what="At 1 the budget lasts exactly as long as its window. The mark is the rate above which an alert is sent."
    >
      <table class="burns">
        <thead class="visually-hidden">
          <tr>
            <th scope="col">window</th>
            <th scope="col">alert above</th>
            <th scope="col">burn rate</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ window, rate, limit }) => (
            <tr key={window}>
              <th scope="row">{NAMES[window]}</th>
              <td>
                <div class="burn-track">
                  <i data-tone={toneOf(rate, limit)} style={{ width: `${(Math.max(0, rate ?? 0) / most) * 100}%` }} />
                  {limit !== null && (
                    <b class="figures" style={{ left: `${(limit / most) * 100}%` }}>
                      <span>{times(limit)}</span>
                    </b>
                  )}
                </div>
              </td>
              <td class="burn-rate figures" data-rate={rate ?? undefined}>
                {times(rate)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

const toneOf = (rate: number | null, limit: number | null): string =>
  rate !== null && limit !== null && rate > limit ? 'warn' : rate !== null && rate > 1 ? 'accent' : 'good';
