import { causeText } from '../../core/cause.ts';
import { relative } from '../../core/format.ts';
import type { Cooldowns } from '../../core/replies.ts';
import type { Read } from '../../state/reads.ts';
import { usePage } from '../../ui/context.ts';
import { Card, Empty, Loaded } from '../../ui/pieces.tsx';

/** Deployments that get no traffic, or only a probe. */
export function InCooldown({ read }: { read: Read<Cooldowns> }) {
  const { session, now } = usePage();
  const models = new Map(
    session.config.aliases.flatMap(({ deployments }) => deployments.map(({ id, model }) => [id, model] as const)),
  );
  return (
    <Card
      title="In cooldown"
      what="Deployments that get no traffic, or only a probe, and why."
      more={<a href="#routing">Routing</a>}
    >
      <Loaded read={read}>
        {({ cooldowns }) =>
          cooldowns.length === 0 ? (
            <Empty>None: every deployment gets traffic.</Empty>
          ) : (
            <table>
              <thead>
                <tr>
                  <th scope="col">deployment</th>
                  <th scope="col">why</th>
                  <th scope="col" class="number">
                    until
                  </th>
                </tr>
              </thead>
              <tbody>
                {cooldowns.map(({ deployment, cause, until }) => (
                  <tr key={deployment}>
                    <td>
                      {deployment} <span class="beside">{models.get(deployment)}</span>
                    </td>
                    <td>{causeText(cause)}</td>
                    <td class="number figures">
                      {until <= now.value ? 'the next request probes it' : relative(until, now.value)}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
    </Card>
  );
}
