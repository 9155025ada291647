/** The first sentence of the page: the most urgent alert with what may help, or the state of all promises. */
import type { ShownOverrides } from '../../../../worker/core/routing/shown-overrides.ts';
import { duration, relative } from '../../core/format.ts';
import {
  helpfulPin,
  isAnswered,
  mostUrgentFirst,
  SEVERITY_NAMES,
  SEVERITY_TONES,
  summary,
} from '../../core/headline.ts';
import type { Cooldown, ShownAlert, ShownObjective } from '../../core/replies.ts';
import { Act } from '../../ui/act.tsx';
import { usePage, useRead } from '../../ui/context.ts';

export function Headline({
  objectives,
  firing,
  cooldowns,
}: {
  objectives: readonly ShownObjective[];
  firing: readonly ShownAlert[];
  cooldowns: readonly Cooldown[];
}) {
  const { now, filters } = usePage();
  const tenant = filters.tenant.value;
  const concerned = firing.filter((one) => tenant === null || one.tenant === null || one.tenant === tenant);
  const [first, ...others] = mostUrgentFirst(concerned, now.value);
  if (first === undefined) {
    const { text, tone } = summary(objectives);
    return (
      <p class="headline" data-tone={tone}>
        {text}
      </p>
    );
  }
  return (
    <section class="headline" data-tone={SEVERITY_TONES[first.severity]} aria-label="The most urgent alert">
      <p>
        <b>{SEVERITY_NAMES[first.severity]}.</b> {first.text}{' '}
        <span class="headline-more">
          {answered(first, now.value)}
          {others.length > 0 && <a href="#alerts">{others.length} more</a>}
        </span>
      </p>
      <div class="headline-acts">
        <AlertActs alert={first} cooldowns={cooldowns} />
      </div>
    </section>
  );
}

/** How long an alert has fired, and what was done about it so far. */
export function answered(alert: ShownAlert, now: number): string {
  const { acknowledgedBy, acknowledgedAt, silencedUntil, since } = alert;
  const parts = [`Firing for ${duration(now - since)}.`];
  if (acknowledgedAt !== null)
    parts.push(`${acknowledgedBy ?? 'Someone'} acknowledged it ${relative(acknowledgedAt, now)}.`);
  if (silencedUntil !== null && silencedUntil > now) parts.push(`Silenced, ends ${relative(silencedUntil, now)}.`);
  return `${parts.join(' ')} `;
}

/** The actions for an alert: open its runbook, pin, acknowledge, silence. */
export function AlertActs({ alert, cooldowns }: { alert: ShownAlert; cooldowns: readonly Cooldown[] }) {
  const { session, now } = usePage();
  const overrides = useRead<ShownOverrides>('overrides').value;
  const pin =
    alert.objective === null || overrides === undefined
      ? undefined
      : helpfulPin(session.config, alert.feature, cooldowns, overrides.pins);
  return (
    <>
      {alert.runbook !== null && /^https?:\/\//.test(alert.runbook) && (
        <a class="quiet" href={alert.runbook} rel="noreferrer noopener" target="_blank">
          Runbook
        </a>
      )}
      {pin && (
        <Act
          look="quiet"
          change={{
            method: 'PUT',
            path: `pins/${encodeURIComponent(pin.alias)}`,
            body: { deployment: pin.deployment, forSeconds: 7_200, reason: alert.text.slice(0, 200) },
          }}
          after={{ refresh: ['overrides'], done: `${pin.alias} is pinned to ${pin.deployment} for 2 hours.` }}
        >
          Pin {pin.deployment} for 2 h
        </Act>
      )}
      {alert.acknowledgedAt === null && (
        <Act
          look="quiet"
          change={{ method: 'PUT', path: 'acknowledgements', body: { alert: alert.name } }}
          after={{ refresh: ['firing'], done: 'Acknowledged.' }}
          label={`Acknowledge: ${alert.text}`}
        >
          Acknowledge
        </Act>
      )}
      {alert.objective !== null && !isSilenced(alert, now.value) && (
        <Act
          look="quiet"
          change={{
            method: 'PUT',
            path: 'silences',
            body: { objective: alert.objective, forSeconds: 3_600, reason: 'silenced on the operator page' },
          }}
          after={{ refresh: ['firing', 'silences'], done: `Alerts of ${alert.objective} are silenced for an hour.` }}
          label={`Silence 1 h: ${alert.objective}`}
        >
          Silence 1 h
        </Act>
      )}
    </>
  );
}

const isSilenced = (alert: ShownAlert, now: number): boolean => isAnswered({ ...alert, acknowledgedAt: null }, now);
