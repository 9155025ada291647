/** What `npm run route -- list` prints. */
import type { FailureKind } from '../../worker/core/routing/failure.ts';
import type { Fault, ListedDeployment, Override, Pin } from '../../worker/core/routing/overrides.ts';
import { untilText } from '../times.ts';

/** `idle`: an alias list took its deployment out. */
type Shown<Entry extends Override> = Readonly<Record<string, Entry & { idle?: boolean }>>;

/** `GET /admin/overrides`. */
export interface OverridesAnswer {
  pins: Shown<Pin>;
  bypass: Shown<Override>;
  faults: Shown<Fault>;
  aliases: Shown<Override & { deployments: readonly ListedDeployment[] }>;
}

/** `GET /admin/cooldowns`. */
export interface CooldownsAnswer {
  cooldowns: readonly { deployment: string; until: number; cause: FailureKind }[];
}

export function listLines(
  { pins, bypass, faults, aliases }: OverridesAnswer,
  cooldowns: CooldownsAnswer['cooldowns'],
  now: number,
): string[] {
  const section = <Entry extends Override>(
    title: string,
    entries: Shown<Entry>,
    text: (name: string, entry: Entry) => string,
  ) =>
    block(
      title,
      Object.entries(entries).map(([name, entry]) => `${text(name, entry)}  ${byWhom(entry, now)}`),
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
  ];
  const resting = cooldowns.map(({ deployment, until, cause }) => `${deployment}  ${untilText(until, now)}: ${cause}`);
  return [
    ...(set.length === 0 ? ['Nothing is set over config.'] : set),
    ...(resting.length === 0 ? ['No deployment is in cooldown.'] : block('In cooldown:', resting)),
  ];
}

const block = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];

function byWhom({ until, who, reason, idle }: Override & { idle?: boolean }, now: number): string {
  const why = reason === null ? '' : `: ${JSON.stringify(reason)}`;
  const isIdle = idle === true ? '; idle, for the alias list in force leaves this deployment out' : '';
  return `${untilText(until, now)}, by ${who}${why}${isIdle}`;
}

/** `a = gpt-5.6-terra (order 1, weight 2), b = …`. */
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
