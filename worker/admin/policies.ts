/** `GET /admin/policies` (docs/policies.md): the rules in config, what each would do, and which are active. */
import { shownPolicies } from '../core/slo/policy/shown-policies.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';
import { askBook, BOOK_SILENT } from './ask-book.ts';
import type { AdminCall } from './route.ts';

/** `GET /admin/policies`. It ignores the overrides that are in force now. */
export async function listPolicies({ c }: AdminCall): Promise<Response> {
  const { slo, aliases, features } = c.env.composition.config;
  const active = await askBook(c, (book) => book.activePolicies());
  if (active === undefined) return refusalResponse(BOOK_SILENT, c.env.context);
  const world = {
    slo,
    aliases: [...aliases].map(([name, { deployments }]) => ({ name, deployments })),
    features: [...features.values()].map(({ name, alias, safeguard }) => ({
      ...{ name, alias, hasSafeguard: safeguard !== undefined },
    })),
  };
  return plainJson({ policies: shownPolicies(world, active) }, c.env.context);
}
