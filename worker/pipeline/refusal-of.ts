import { errorToWire, type RouterError } from '../../protocol/errors.ts';
import type { Head, Refusal } from '../core/answers/stream/events.ts';

/** An error as an `AnswerStream` keeps it and tells it. */
export function refusalOf(error: RouterError, head: Head = { headers: {}, openHeaders: {} }): Refusal {
  const { status, headers, body } = errorToWire(error);
  return { status, head: { ...head, headers: { ...head.headers, ...headers } }, body: JSON.stringify(body) };
}
