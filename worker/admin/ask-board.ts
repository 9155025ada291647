import type { Context } from 'hono';
import type { RouterError } from '../../protocol/errors.ts';
import type { App } from '../edge.ts';
import { askObject } from './ask-object.ts';

type Board = ReturnType<App['Bindings']['composition']['healthBoard']>;

/** The refusal if `HealthBoard` did not answer. */
export const BOARD_SILENT: RouterError = { code: 'board_unavailable', retryAfterMs: 1_000 };

/** Calls `HealthBoard`. Undefined if the call fails or is not answered in time. Even then a change may have been made. */
export async function askBoard<Reply extends object>(
  c: Context<App>,
  call: (board: Board) => Promise<Reply>,
): Promise<Reply | undefined> {
  const { healthBoard } = c.env.composition;
  const answered = await askObject(c, { event: 'board_unreachable' }, () => call(healthBoard()));
  return answered?.reply;
}
