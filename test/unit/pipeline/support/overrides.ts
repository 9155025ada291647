/** What an operator sets, as this isolate knows it. */
import { type AliasList, type Bypass, NO_OVERRIDES, type Pin } from '../../../../worker/core/routing/overrides.ts';
import type { TestRouter } from './router.ts';

interface Set {
  /** Deployments by alias. */
  pins?: Record<string, string>;
  /** Aliases, or `*`. */
  bypass?: string[];
  aliases?: Record<string, AliasList['deployments']>;
  /** Features. */
  safeguards?: string[];
}

const HOUR_MS = 3_600_000;
/** A board that has nothing set says nothing of its version. */
let version = 0;

/** In place of all that was set before. */
export function override(
  { board, clock }: TestRouter,
  { pins = {}, bypass = [], aliases = {}, safeguards = [] }: Set,
): void {
  version++;
  const entry: Bypass = { until: clock.now() + HOUR_MS, reason: 'an incident', who: 'root', version };
  const pinned = (deployment: string): Pin => ({ ...entry, deployment });
  const listed = (deployments: AliasList['deployments']): AliasList => ({ ...entry, deployments });
  board.takeOverrides({
    ...NO_OVERRIDES,
    version,
    pins: mapped(pins, pinned),
    bypass: Object.fromEntries(bypass.map((name) => [name, entry])),
    aliases: mapped(aliases, listed),
    safeguards: Object.fromEntries(safeguards.map((name) => [name, entry])),
  });
}

const mapped = <From, To>(record: Record<string, From>, change: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
