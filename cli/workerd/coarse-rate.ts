/** The platform's count of addresses must let through what the router's own allows; its number stands in wrangler.toml. */
import { readFileSync } from 'node:fs';
import { parseToml } from './toml.ts';

/** The binding that the Worker asks (worker/env.ts). */
const BINDING = 'ADDRESS_RATE';

/** What is wrong with the limit; undefined where it is as large as `publishableRate`, or there is none. */
export function coarseRateProblem(path: string, publishableRate: number): string | undefined {
  const sections = parseToml(readFileSync(path, 'utf8'));
  const at = sections.findIndex(({ name, values }) => name === 'ratelimits' && values.name === BINDING);
  if (at === -1) return undefined;
  const { name, values } = sections[at + 1] ?? { name: '', values: {} };
  if (name !== 'ratelimits.simple' || typeof values.limit !== 'number') {
    return `wrangler.toml: below the [[ratelimits]] of ${BINDING} write a section [ratelimits.simple] with limit and period`;
  }
  if (values.limit >= publishableRate) return undefined;
  return `wrangler.toml: ${BINDING} lets ${values.limit} requests in ${values.period} s through, fewer than the ${publishableRate} a minute of router.publishableRate in carryon.config.ts; write limit = ${publishableRate} or more`;
}
