import type { Context } from 'hono';
import type { RouterError } from '../../protocol/errors.ts';
import type { App } from '../edge.ts';
import { askObject } from './ask-object.ts';

type Book = ReturnType<App['Bindings']['composition']['sloBook']>;

/** The refusal if `SloBook` did not answer. */
export const BOOK_SILENT: RouterError = { code: 'book_unavailable', retryAfterMs: 1_000 };

/** Calls `SloBook`. Undefined if the call fails or is not answered in time. */
export async function askBook<Reply>(
  c: Context<App>,
  call: (book: Book) => Promise<Reply>,
): Promise<Reply | undefined> {
  const { sloBook } = c.env.composition;
  const answered = await askObject(c, { event: 'book_unreachable' }, () => call(sloBook()));
  return answered?.reply;
}
