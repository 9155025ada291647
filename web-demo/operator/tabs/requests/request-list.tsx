import type { Receipt } from '../../../../worker/core/slo/receipt.ts';
import { exactTime, microUsd, seconds } from '../../core/format.ts';
import { outcomeOf } from '../../core/outcome.ts';
import type { Requests } from '../../core/replies.ts';
import type { Read } from '../../state/reads.ts';
import type { Older } from '../../ui/older.ts';
import { Empty, Loaded, Pill, Scroll } from '../../ui/pieces.tsx';

/** The requests found. `looked`: how many requests the page searched; null if the router searched. */
export function RequestList({
  read,
  shown,
  looked,
  older: { load, isLoading, problem },
  chosen,
  choose,
  now,
}: {
  read: Read<Requests>;
  shown: readonly Receipt[];
  looked: number | null;
  older: Older<Requests>;
  chosen: string | null;
  choose: (id: string) => void;
  now: number;
}) {
  return (
    <section class="panel" aria-label="Requests">
      <Loaded read={read} rows={10}>
        {() => (
          <>
            {looked !== null && (
              <p class="beside" role="status">
                {shown.length} of the {looked} newest match.
              </p>
            )}
            {shown.length === 0 ? (
              <Empty>
                {looked === null
                  ? 'No request of the last seven days.'
                  : 'No match so far. Look further back, or use fewer fields.'}
              </Empty>
            ) : (
              <Scroll name="Requests found">
                <table class="requests">
                  <thead>
                    <tr>
                      <th scope="col">when</th>
                      <th scope="col">feature</th>
                      <th scope="col">outcome</th>
                      <th scope="col">deployment</th>
                      <th scope="col" class="number">
                        first word
                      </th>
                      <th scope="col" class="number">
                        cost
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {shown.map((receipt) => (
                      <Row
                        key={receipt.requestId}
                        receipt={receipt}
                        isChosen={receipt.requestId === chosen}
                        choose={choose}
                        now={now}
                      />
                    ))}
                  </tbody>
                </table>
              </Scroll>
            )}
            {problem !== null && <p class="trouble">{problem}</p>}
            {load && (
              <p>
                <button type="button" class="quiet" onClick={load} aria-disabled={isLoading}>
                  {isLoading ? 'Loading…' : 'Look further back'}
                </button>
              </p>
            )}
          </>
        )}
      </Loaded>
    </section>
  );
}

function Row({
  receipt,
  isChosen,
  choose,
  now,
}: {
  receipt: Receipt;
  isChosen: boolean;
  choose: (id: string) => void;
  now: number;
}) {
  const { requestId, arrivedAt, feature, deployment, model, ttftMs, costMicroUsd, cache, tenant } = receipt;
  const { text, tone } = outcomeOf(receipt);
  return (
    <tr data-chosen={isChosen}>
      <th scope="row" class="nowrap">
        <button type="button" class="row-choose figures" aria-pressed={isChosen} onClick={() => choose(requestId)}>
          {exactTime(arrivedAt, now)}
        </button>
      </th>
      <td>
        {feature ?? '–'} {tenant !== null && <span class="beside">{tenant}</span>}
      </td>
      <td>
        <Pill tone={tone}>{text}</Pill>
      </td>
      <td>{deployment === null || cache === 'hit' ? '–' : `${deployment} · ${model}`}</td>
      <td class="number nowrap">{seconds(ttftMs)}</td>
      <td class="number">{microUsd(costMicroUsd)}</td>
    </tr>
  );
}
