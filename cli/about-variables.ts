/** Warnings about variables that work but may surprise, or that are weak. Each start prints them, one per line. */

import { problemText } from '../worker/core/config/check.ts';
import { nearestOf } from '../worker/core/config/nearest.ts';
import { resolveConfig } from '../worker/core/config/resolve.ts';
import { allHooks } from '../worker/core/config/resolve-alerts.ts';
import { demoKeyProblem } from '../worker/core/config/resolve-demo.ts';
import type { CheckedConfig } from '../worker/core/config/schema.ts';
import { isShortSecret, SAFE_SECRET_LENGTH } from '../worker/core/identity/secret-length.ts';
import { PRESETS } from '../worker/providers/presets.ts';
import { capContradictions, warningLine } from './check-config.ts';
import { slotsIn } from './check-variables.ts';
import type { Variables } from './environment.ts';

export function aboutVariables(config: CheckedConfig, variables: Variables, local: boolean): string[] {
  return [
    ...(local ? [] : shortSecrets(variables)),
    ...[...slotsIn(config)].flatMap((slot) => [
      ...misspeltVariables(slot, variables),
      ...addressWarnings(slot, variables),
    ]),
    ...newCapContradictions(config, variables),
    ...webhookWarnings(config, variables),
    ...telemetryWarnings(config, variables),
    ...whyDemoIsOff(config, variables, local),
  ];
}

/** Warns of webhooks that cannot be called. Requests are still answered. */
export function webhookWarnings(config: CheckedConfig, variables: Variables): string[] {
  const problems = allHooks(resolveConfig(config, variables, PRESETS).config).map(({ problem }) => problem);
  return problems.flatMap((problem) =>
    problem === undefined ? [] : `Alerts cannot be sent, and are kept for three days: ${problem}`,
  );
}

/** Warns of receivers of traces and metrics that cannot be called. Requests are still answered. */
export function telemetryWarnings(config: CheckedConfig, variables: Variables): string[] {
  const { receivers } = resolveConfig(config, variables, PRESETS).config.telemetry;
  const problems = new Set(receivers.flatMap(({ problem }) => problem ?? []));
  return [...problems].map((problem) => `Traces and metrics are lost: ${problem} (docs/observability.md)`);
}

/** Says why a demo that config turns on stays off. Locally there is no sign-in, so only a wrong key matters there. */
export function whyDemoIsOff(config: CheckedConfig, variables: Variables, local: boolean): string[] {
  const { demo } = config;
  const problem = demoKeyProblem(demo, variables);
  const isSet = demo.signIn === 'publishable' && Boolean(variables[demo.key]);
  if (problem !== undefined && (isSet || !local)) {
    const make = 'npm run keys -- create --tenant demo --publishable --origin https://ROUTER makes one';
    return [`${local ? 'Deployed, the demo would be off' : 'The demo is off'}: ${problem}; ${make} (docs/demo.md)`];
  }
  const { demo: resolved } = resolveConfig(config, variables, PRESETS).config;
  const missing = resolved.signIn === 'off' && resolved.because === 'not_configured' ? resolved.missing : [];
  return missing.map((what) => `The demo is off: ${what} (docs/demo.md)`);
}

function shortSecrets(variables: Variables): string[] {
  return ['KEY_SECRET', 'TOKEN_SECRET', 'ADMIN_KEY', 'METRICS_TOKEN'].flatMap((name) => {
    const value = variables[name];
    if (value === undefined || !isShortSecret(value)) return [];
    return [
      warningLine(
        `${name} has ${value.length} characters and can be guessed; use ${SAFE_SECRET_LENGTH} or more random ones, for example from openssl rand -hex 32`,
      ),
    ];
  });
}

const SLOT_FIELDS = ['API_BASE', 'KEY', 'MODEL', 'FORMAT', 'PRICE'];
const PRICE_FIELDS = ['INPUT', 'OUTPUT', 'CACHED_INPUT', 'CACHE_WRITE'];

/** Warns of variables that begin like a slot's but are not among them. A misspelt variable would otherwise just seem not to be set. */
export function misspeltVariables(slot: string, variables: Variables): string[] {
  const read = [...SLOT_FIELDS, ...PRICE_FIELDS.map((field) => `PRICE_${field}`)];
  const fields = Object.keys(variables).flatMap((name) =>
    name.startsWith(`${slot}_`) ? name.slice(slot.length + 1) : [],
  );
  return fields
    .filter((field) => !read.includes(field))
    .map((field) => warningLine(`${slot}_${field} is never read; after ${slot}_, ${nearestOf(field, SLOT_FIELDS)}`));
}

/** Warns of an address that may not serve the format or the path that it is called with. The address itself is never printed. */
export function addressWarnings(slot: string, variables: Variables): string[] {
  const name = `${slot}_API_BASE`;
  const url = URL.parse(variables[name] ?? '');
  if (url === null) return [];
  const path = url.pathname.replace(/\/+$/, '');
  const endpoint = /\/(chat\/completions|completions|messages|responses)$/.exec(path)?.[0];
  if (endpoint !== undefined)
    return [warningLine(`${name} ends in ${endpoint}, which Carryon adds itself; write the address without it`)];
  const preset = Object.values(PRESETS).find(
    ({ apiBase }) => apiBase !== undefined && URL.parse(apiBase)?.host === url.host,
  );
  const usual = preset?.apiBase === undefined ? '/v1' : (URL.parse(preset.apiBase)?.pathname ?? '').replace(/\/$/, '');
  const isUnset = !variables[`${slot}_FORMAT`];
  if (preset === undefined && isUnset && /anthropic|claude/i.test(url.host + path)) {
    const then = `so it is called in OpenAI's format; write ${slot}_FORMAT=anthropic, or openai`;
    return [warningLine(`${name} looks like Anthropic's API, and ${slot}_FORMAT is not set, ${then}`)];
  }
  if (path === '' && usual !== '')
    return [warningLine(`${name} has no path and is used as it is; such addresses usually end in ${usual}`)];
  return [];
}

/** The contradictions that the build could not see, because it does not know the slots' prices. */
function newCapContradictions(config: CheckedConfig, variables: Variables): string[] {
  const told = new Set(capContradictions(config, {}).map(problemText));
  const now = capContradictions(config, variables).map(problemText);
  return now.filter((text) => !told.has(text)).map((text) => warningLine(`carryon.config.ts ${text}`));
}
