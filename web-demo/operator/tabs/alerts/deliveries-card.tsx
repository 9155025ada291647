import { useSignal } from '@preact/signals';
import type { HookView } from '../../../../worker/core/alerts/alert.ts';
import { moment, relative } from '../../core/format.ts';
import { SEVERITY_NAMES, SEVERITY_TONES } from '../../core/headline.ts';
import type { Deliveries, TestedHooks } from '../../core/replies.ts';
import { usePage, useRead } from '../../ui/context.ts';
import { useOlder } from '../../ui/older.ts';
import { Card, Empty, Loaded, Pill, Scroll } from '../../ui/pieces.tsx';

/** The webhooks, and the notices that went to each. */
export function DeliveriesCard() {
  const read = useRead<Deliveries>('alerts');
  const { pages, load, isLoading, problem } = useOlder<Deliveries>('alerts', read.value?.next ?? null);
  return (
    <Card title="Deliveries" what="Notices and the webhooks they went to, newest first." more={<TestHooks />}>
      <Loaded read={read}>
        {({ webhooks, alerts }) => {
          const all = [...alerts, ...pages.flatMap((page) => page.alerts)];
          const shown = [...new Map(all.map((one) => [one.number, one])).values()];
          return (
            <>
              {webhooks.length === 0 ? (
                <Empty>No webhook is configured, so nobody is notified (docs/alerts.md).</Empty>
              ) : (
                <ul class="list">
                  {webhooks.map((hook) => (
                    <Hook key={hook.hook} hook={hook} />
                  ))}
                </ul>
              )}
              {shown.length > 0 && <Notices alerts={shown} />}
              {problem !== null && <p class="trouble">{problem}</p>}
              {load && (
                <p>
                  <button type="button" class="quiet" onClick={load} aria-disabled={isLoading}>
                    Look further back
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

function Hook({
  hook: { hook, format, severities, problem, waiting, lost, nextTryAt, lastError },
}: {
  hook: HookView;
}) {
  const { now } = usePage();
  return (
    <li>
      <p>
        <b class="mono">{hook}</b>{' '}
        {problem !== null ? (
          <Pill tone="bad">{problem}</Pill>
        ) : lastError === null ? (
          <Pill tone="good">works</Pill>
        ) : (
          <Pill tone="warn">{lastError}</Pill>
        )}
      </p>
      <p class="beside">
        {format ?? 'removed from config'}
        {severities.length > 0 && `: ${severities.join(', ')}`}. {waiting} waiting, {lost} given up
        {nextTryAt !== null && `, next try ${relative(nextTryAt, now.value)}`}.
      </p>
    </li>
  );
}

const STATES = { sent: 'good', waiting: 'warn', lost: 'bad' } as const;

const Notices = ({ alerts }: { alerts: Deliveries['alerts'] }) => (
  <Scroll name="Notices">
    <table>
      <thead>
        <tr>
          <th scope="col">when</th>
          <th scope="col">severity</th>
          <th scope="col">what</th>
          <th scope="col">webhooks</th>
        </tr>
      </thead>
      <tbody>
        {alerts.map(({ number, at, severity, text, tenant, deliveries }) => (
          <tr key={number}>
            <td class="nowrap figures">{moment(at)}</td>
            <td>
              <Pill tone={SEVERITY_TONES[severity]}>{SEVERITY_NAMES[severity]}</Pill>
            </td>
            <th scope="row">
              {text} {tenant !== null && <span class="beside">{tenant}</span>}
            </th>
            <td>
              {deliveries.length === 0 && <span class="beside">no webhook takes it</span>}
              {deliveries.map(({ hook, state, detail }) => (
                <div key={hook}>
                  <Pill tone={STATES[state]}>{state}</Pill> <span class="beside mono">{hook}</span>{' '}
                  {detail !== null && <span class="beside">{detail}</span>}
                </div>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </Scroll>
);

/** Calls every webhook once. */
function TestHooks() {
  const { session } = usePage();
  const said = useSignal<string | null>(null);
  const test = async () => {
    said.value = 'Calling…';
    const reply = await session.api.send<TestedHooks>('POST', 'alerts/test');
    if (!reply.ok) said.value = reply.error.text;
    else if (reply.value.results.length === 0) said.value = 'No webhook is configured.';
    else
      said.value = reply.value.results
        .map(({ hook, ok, error, status }) => `${hook}: ${ok ? 'delivered' : (error ?? `answered ${status}`)}`)
        .join('; ');
  };
  return (
    <span class="acts">
      <span class="beside" role="status">
        {said.value}
      </span>
      <button
        type="button"
        class="link"
        disabled={!session.mayChange}
        aria-describedby={session.mayChange ? undefined : 'scope-note'}
        onClick={() => void test()}
      >
        Test every webhook
      </button>
    </span>
  );
}
