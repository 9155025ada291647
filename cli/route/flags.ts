/** The flags of `npm run route`. */
import { durationMs } from '../../worker/core/config/duration.ts';
import type { ListedDeployment } from '../../worker/core/routing/overrides.ts';
import { readFlags, UsageError } from '../flags.ts';
import { utc } from '../times.ts';

/** The router refuses an end that is further away. */
const LONGEST_MS = 30 * 86_400_000;

export const USAGE = `npm run route -- list [--json]               what is set, and what is in cooldown: by whom, why, how long
npm run route -- clear --deployment D        ends D's cooldown

npm run route -- pin --alias A --deployment D END --reason TEXT
    asks D first; ends with: unpin --alias A
npm run route -- bypass [--alias A] END --reason TEXT
    one attempt at the first deployment of A, or of every alias, without cooldowns and cache; ends with: unbypass [--alias A]
npm run route -- alias --alias A --deployment ID=MODEL … [END] --reason TEXT
npm run route -- alias --alias A --list FILE [END] --reason TEXT
    other models for A; FILE holds [{"id", "model", "price"?, "order"?, "weight"?}]; ends with: unalias --alias A
npm run route -- undo --alias A
    undoes the last change of A's list
npm run route -- safeguard --feature F END --reason TEXT
    F is served by its safeguard; ends with: unsafeguard --feature F
npm run route -- freeze END --reason TEXT
    no promotion goes on; ends with: unfreeze
npm run route -- fault --deployment D --fault KIND --traffic WHOSE END [--reason TEXT] [--yes]
    a fault on purpose; ends with: unfault --deployment D

END is --for 2h (30s, 10m, 2h, 7d) or --until 2026-11-29T10:00Z, at most 30 days ahead.
KIND is revoked-key, blocked-egress, tight-ttft, slow, errors or cut-streams. WHOSE is drill, tenant:NAME, share:0.1 or all (which needs --yes).

It calls the router on this machine (at PORT, or where it was last started) with ADMIN_KEY of .dev.vars, or with the well-known local key.
ADMIN_KEY of the environment is sent to CARRYON_URL only: CARRYON_URL=https://carryon.example.workers.dev ADMIN_KEY=…
Exit code: 0 on success, even if there was nothing to end; 1 if the change was refused or the router did not answer.`;

const text = { type: 'string' } as const;
const end = { for: text, until: text, reason: text } as const;

/** Which flags each command takes. */
export const FLAGS = {
  list: { json: { type: 'boolean' } },
  pin: { alias: text, deployment: text, ...end },
  unpin: { alias: text },
  bypass: { alias: text, ...end },
  unbypass: { alias: text },
  clear: { deployment: text },
  fault: { deployment: text, fault: text, traffic: text, ...end, yes: { type: 'boolean' } },
  unfault: { deployment: text },
  alias: { alias: text, deployment: { type: 'string', multiple: true }, list: text, ...end },
  unalias: { alias: text },
  undo: { alias: text },
  safeguard: { feature: text, ...end },
  unsafeguard: { feature: text },
  freeze: end,
  unfreeze: {},
} as const;

export const flagsOf = <Command extends keyof typeof FLAGS>(command: Command, args: readonly string[]) =>
  readFlags(args, FLAGS[command]);

interface EndFlags {
  for?: string | undefined;
  until?: string | undefined;
}

/** The end in the API's form: `{forSeconds}` or `{until}`. */
export function endFrom(flags: EndFlags, now: number): { forSeconds: number } | { until: number } {
  const found = endIfAny(flags, now);
  if (found === undefined) throw new UsageError('Say when it ends: --for 2h, or --until 2026-11-29T10:00Z');
  return found;
}

export function endIfAny(flags: EndFlags, now: number): { forSeconds: number } | { until: number } | undefined {
  if (flags.for !== undefined && flags.until !== undefined) throw new UsageError('Write --for or --until, not both');
  if (flags.for !== undefined) return { forSeconds: secondsFrom(flags.for) };
  return flags.until === undefined ? undefined : { until: timeFrom(flags.until, now) };
}

function secondsFrom(written: string): number {
  const ms = durationMs(written);
  if (ms === undefined || ms <= 0) throw new UsageError(`--for ${written} is not a duration; write 30s, 10m, 2h or 7d`);
  if (ms > LONGEST_MS) throw new UsageError(`--for ${written} is longer than 30 days; write a nearer end`);
  return ms / 1_000;
}

/** Reads a time. It must name its zone, because an operator's clock and a colleague's may differ. */
function timeFrom(written: string, now: number): number {
  const isZoned = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(written);
  const epochMs = isZoned ? Date.parse(written) : Number.NaN;
  if (Number.isNaN(epochMs))
    throw new UsageError(`--until ${written} is not a time with its zone, such as 2026-11-29T10:00Z`);
  if (epochMs > now + LONGEST_MS)
    throw new UsageError(`--until ${written} is more than 30 days ahead; write a nearer end`);
  if (epochMs <= now) throw new UsageError(`--until ${written} is in the past: it is ${utc(now)} now`);
  return epochMs;
}

/** Reads deployments written as `a=gpt-5.6-terra`, one per flag. */
export function deploymentsFrom(written: readonly string[]): ListedDeployment[] {
  return written.map((one) => {
    const [, id, model] = /^([^=]+)=(.+)$/.exec(one) ?? [];
    if (id === undefined || model === undefined)
      throw new UsageError(`--deployment ${one}: write ID=MODEL, such as a=gpt-5.6-terra`);
    return { id, model };
  });
}
