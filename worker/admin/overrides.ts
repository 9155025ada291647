/** `GET /admin/overrides`: the overrides in force, as `HealthBoard` holds them. */
import { RESERVED_OVERRIDES } from '../core/routing/overrides.ts';
import { shownOverrides } from '../core/routing/shown-overrides.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';
import { askBoard, BOARD_SILENT } from './ask-board.ts';
import type { AdminCall } from './route.ts';

/** `GET /admin/overrides`. */
export async function listOverrides({ c }: AdminCall): Promise<Response> {
  const { board, config, deps } = c.env.composition;
  const overrides = await askBoard(c, async (health) => health.overrides());
  if (overrides === undefined) return refusalResponse(BOARD_SILENT, c.env.context);
  board.takeOverrides(overrides);
  return plainJson({ ...shownOverrides(overrides, config, deps.clock.now()), ...RESERVED_OVERRIDES }, c.env.context);
}
