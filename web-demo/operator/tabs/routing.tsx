/** Which deployments serve each alias now, which do not and why, and the overrides in force. */
import type { ShownOverrides } from '../../../worker/core/routing/shown-overrides.ts';
import type { Cooldowns } from '../core/replies.ts';
import { usePage, useRead } from '../ui/context.ts';
import { AliasCard } from './routing/alias-card.tsx';
import { InForce } from './routing/in-force.tsx';
import { SafeguardsCard } from './routing/safeguards-card.tsx';

export function Routing() {
  const { aliases } = usePage().session.config;
  const cooldowns = useRead<Cooldowns>('cooldowns');
  const overrides = useRead<ShownOverrides>('overrides');
  return (
    <>
      <InForce read={overrides} />
      {aliases.map((alias) => (
        <AliasCard key={alias.name} alias={alias} cooldowns={cooldowns} overrides={overrides.value} />
      ))}
      <SafeguardsCard overrides={overrides.value} />
    </>
  );
}
