/** Checks the platform's rate limit by address in wrangler.toml, which must let through what the router's own limit allows. */
import { readFileSync } from 'node:fs';
import { parseToml, type TomlSection } from './toml.ts';

/** The Worker's binding (worker/env.ts). */
const BINDING = 'ADDRESS_RATE';

/** What is wrong with such a limit, also in an `[env.…]`. Undefined if each is at least `publishableRate`, or if there is none. */
export function coarseRateProblem(path: string, publishableRate: number): string | undefined {
  const sections = parseToml(readFileSync(path, 'utf8'));
  for (const [index, { name, values }] of sections.entries()) {
    if (!/^(?:env\.[^.]+\.)?ratelimits$/.test(name) || values.name !== BINDING) continue;
    const problem = limitProblem(name, sections[index + 1], publishableRate);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function limitProblem(name: string, rate: TomlSection | undefined, publishableRate: number): string | undefined {
  const { limit, period } = rate?.name === `${name}.simple` ? rate.values : {};
  if (typeof limit !== 'number') {
    return `wrangler.toml: below the [[${name}]] of ${BINDING} write a section [${name}.simple] with limit and period`;
  }
  if (limit >= publishableRate) return undefined;
  return `wrangler.toml: ${BINDING} in [[${name}]] lets ${limit} requests in ${period} s through, fewer than the ${publishableRate} a minute of router.publishableRate in carryon.config.ts; write limit = ${publishableRate} or more`;
}
