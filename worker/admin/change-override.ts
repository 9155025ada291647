/** Sets and clears an override over HTTP. `HealthBoard` has the change before the reply, and it is in force in this isolate at once. */
import type { Context } from 'hono';
import { nearestOf } from '../core/config/nearest.ts';
import type { OverrideKind, SetOverride } from '../core/routing/override-changes.ts';
import { shownOverrides } from '../core/routing/shown-overrides.ts';
import type { App } from '../edge.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';
import { askBoard, BOARD_SILENT } from './ask-board.ts';
import type { Change } from './change.ts';

/** How old an isolate's copy of the board may be. KV's own delay is added to this. */
const KNOWN_EVERYWHERE_WITHIN_SECONDS = 60;
const ELSEWHERE = { knownEverywhereWithinSeconds: KNOWN_EVERYWHERE_WITHIN_SECONDS };

/** The change that sets an override. `name` is the reply's first field, such as `{alias: 'app/chat'}`. */
export const settingOverride = (c: Context<App>, what: string, name: object, set: SetOverride): Change => ({
  what,
  async make() {
    const { board, config, deps } = c.env.composition;
    const changed = await askBoard(c, async (health) => health.setOverride(...set));
    if (changed === undefined) return { outcome: 'unknown', reply: refusalResponse(BOARD_SILENT, c.env.context) };
    const { before, overrides } = changed;
    board.takeOverrides(overrides);
    const [kind, of] = set;
    const entry = overrides[kind][of];
    // The override may already have ended. The reply still says what was set.
    const all = shownOverrides(overrides, config, deps.clock.now());
    const shown = (kind === 'frozen' ? all.frozen : all[kind][of]) ?? entry;
    const reply = plainJson({ ...name, ...shown, ...ELSEWHERE }, c.env.context);
    return { outcome: 'changed', from: before, to: entry, reply };
  },
});

/**
 * The change that clears an override. `known` is true if config has the target of the override. If a deploy has removed the target, the
 * override can still be cleared. Returns undefined if neither config nor an override has the target.
 */
export async function clearingOverride(
  c: Context<App>,
  { what, name, kind, of, known }: { what: string; name: object; kind: OverrideKind; of: string; known: boolean },
): Promise<Change | Response | undefined> {
  const { board } = c.env.composition;
  if (!known) {
    const overrides = await askBoard(c, async (health) => health.overrides());
    if (overrides === undefined) return refusalResponse(BOARD_SILENT, c.env.context);
    if (!Object.hasOwn(overrides[kind], of)) return undefined;
  }
  return {
    what,
    async make() {
      const changed = await askBoard(c, async (health) => health.clearOverride(kind, of));
      if (changed === undefined) return { outcome: 'unknown', reply: refusalResponse(BOARD_SILENT, c.env.context) };
      const { before, overrides } = changed;
      board.takeOverrides(overrides);
      if (before === null) return { outcome: 'nothing', reply: plainJson({ ...name, cleared: false }, c.env.context) };
      const reply = plainJson({ ...name, cleared: true, ...ELSEWHERE }, c.env.context);
      return { outcome: 'changed', from: before, to: null, reply };
    },
  };
}

/** The change that clears an override of the alias in the path. */
export async function clearingOfAlias(
  c: Context<App>,
  kind: 'pins' | 'aliases',
  alias: string,
  what: string,
): Promise<Change | Response> {
  const { aliases } = c.env.composition.config;
  const clearing = { what, name: { alias }, kind, of: alias, known: aliases.has(alias) };
  return (await clearingOverride(c, clearing)) ?? refuseUnknown(c, 'alias', alias, [...aliases.keys()]);
}

/** Refuses a path that names something that does not exist. */
export function refuseUnknown(
  c: Context<App>,
  what: 'alias' | 'deployment' | 'feature',
  name: string,
  names: readonly string[],
): Response {
  const short = name.slice(0, 100);
  const detail = `There is no ${what} "${short}"; ${nearestOf(short, names)}.`;
  return refusalResponse({ code: 'not_found', path: c.req.path, detail }, c.env.context);
}
