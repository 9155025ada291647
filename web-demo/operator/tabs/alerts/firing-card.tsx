import { mostUrgentFirst, SEVERITY_NAMES, SEVERITY_TONES } from '../../core/headline.ts';
import type { Cooldowns, Firing } from '../../core/replies.ts';
import { usePage, useRead } from '../../ui/context.ts';
import { Card, Empty, Loaded, Pill } from '../../ui/pieces.tsx';
import { AlertActs, answered } from '../promises/headline.tsx';

/** Alerts that fire now. */
export function FiringCard() {
  const { now } = usePage();
  const read = useRead<Firing>('firing');
  const cooldowns = useRead<Cooldowns>('cooldowns');
  return (
    <Card title="Firing" what="Alerts that fire now: those that nobody has acknowledged first, then the most urgent.">
      <Loaded read={read}>
        {({ firing }) =>
          firing.length === 0 ? (
            <Empty>None. No error budget burns too fast, and no threshold is crossed.</Empty>
          ) : (
            <ul class="list">
              {mostUrgentFirst(firing, now.value).map((alert) => (
                <li key={alert.name}>
                  <p>
                    <Pill tone={SEVERITY_TONES[alert.severity]}>{SEVERITY_NAMES[alert.severity]}</Pill> {alert.text}
                  </p>
                  <p class="beside">
                    {answered(alert, now.value)}
                    <span class="mono">{alert.name}</span>
                  </p>
                  <div class="acts">
                    <AlertActs alert={alert} cooldowns={cooldowns.value?.cooldowns ?? []} />
                  </div>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Card>
  );
}
