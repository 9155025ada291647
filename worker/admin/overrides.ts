/** `GET /admin/overrides`: what is in force over config, as `HealthBoard` has it. */
import { shownOverrides } from '../core/routing/shown-overrides.ts';
import { plainJson } from '../pipeline/respond.ts';
import type { AdminCall } from './route.ts';

/** Kinds that have a place in the reply and no call yet. */
const NONE_YET = { promotions: {}, safeguards: {}, frozen: null };

export async function listOverrides({ c }: AdminCall): Promise<Response> {
  const { healthBoard, board, config, deps } = c.env.composition;
  const overrides = await healthBoard().overrides();
  board.takeOverrides(overrides);
  return plainJson({ ...shownOverrides(overrides, config, deps.clock.now()), ...NONE_YET }, c.env.scope);
}
