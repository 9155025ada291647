/** What `npm run route -- list` prints. */
import type { FailureKind } from '../../worker/core/routing/failure.ts';
import type { ListedDeployment, Override } from '../../worker/core/routing/overrides.ts';
import type { ShownOverrides } from '../../worker/core/routing/shown-overrides.ts';
import { durationText, untilText, utc } from '../times.ts';

interface Cooldown {
  deployment: string;
  until: number;
  cause: FailureKind;
}

/** `GET /admin/cooldowns`. */
export interface CooldownsAnswer {
  cooldowns: readonly Cooldown[];
  /** The cooldowns of drills, which only their requests see. */
  drillCooldowns: readonly Cooldown[];
}

export function listLines(
  { pins, bypass, faults, aliases, safeguards, frozen }: ShownOverrides,
  { cooldowns, drillCooldowns }: CooldownsAnswer,
  now: number,
): string[] {
  const section = <Entry extends Override>(
    title: string,
    entries: Readonly<Record<string, Entry>>,
    text: (name: string, entry: Entry) => string,
  ) =>
    block(
      title,
      Object.entries(entries).map(([name, entry]) => `${text(name, entry)}  ${setBy(entry, now)}`),
    );
  const set = [
    ...section('Pinned, asked first:', pins, (alias, { deployment }) => `${alias} → ${deployment}`),
    ...section('Bypass, one attempt without cooldowns and cache:', bypass, (alias) =>
      alias === '*' ? 'all aliases' : alias,
    ),
    ...section(
      'Faults on purpose:',
      faults,
      (deployment, { fault, traffic }) => `${deployment}: ${fault}, traffic ${traffic}`,
    ),
    ...section(
      'Alias lists in place of config:',
      aliases,
      (alias, { deployments }) => `${alias}: ${deploymentsText(deployments)}`,
    ),
    ...section('Served by their safeguard:', safeguards, (feature) => feature),
    ...(frozen === null ? [] : section('Frozen:', { frozen }, () => 'no promotion goes on')),
  ];
  const cooling = (title: string, found: readonly Cooldown[]) =>
    block(
      title,
      found.map((one) => cooldownLine(one, now)),
    );
  // Once the fault is gone, nothing probes the deployment, so its cooldown would be listed for ever.
  const ofFaults = drillCooldowns.filter(({ deployment, until }) => until > now || Object.hasOwn(faults, deployment));
  return [
    ...(set.length === 0 ? ['Nothing is set over config.'] : set),
    ...(cooldowns.length === 0 ? ['No deployment is in cooldown.'] : cooling('In cooldown:', cooldowns)),
    ...cooling('In cooldown only for requests that meet a fault on purpose:', ofFaults),
  ];
}

const block = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];

function cooldownLine({ deployment, until, cause }: Cooldown, now: number): string {
  const over = `ended ${utc(until)} (${durationText(now - until)} ago), the next request probes it`;
  return `${deployment}  ${until > now ? untilText(until, now) : over}: ${cause}`;
}

function setBy(entry: Override & { idle?: true; leftOut?: readonly string[] }, now: number): string {
  const { until, who, reason, idle, leftOut } = entry;
  const parts = [
    `${untilText(until, now)}, by ${who}${reason === null ? '' : `: ${JSON.stringify(reason)}`}`,
    idle && 'without effect: what it names is not served now',
    !idle && leftOut && `not served since a deploy: ${leftOut.join(', ')}`,
  ];
  return parts.filter(Boolean).join('; ');
}

/** A list as text, such as `a = gpt-5.6-terra (order 1, weight 2), b = …`. */
export const deploymentsText = (deployments: readonly ListedDeployment[]): string =>
  deployments
    .map(({ id, model, order, weight, price }) => {
      const more = [
        order !== undefined && `order ${order}`,
        weight !== undefined && `weight ${weight}`,
        price !== undefined && 'own price',
      ];
      const said = more.filter(Boolean).join(', ');
      return `${id} = ${model}${said === '' ? '' : ` (${said})`}`;
    })
    .join(', ');
