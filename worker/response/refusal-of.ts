import { errorToWire, type RouterError } from '../../protocol/errors.ts';
import type { AnswerHead } from '../core/answers/answer-head.ts';
import type { CarryonField } from '../core/answers/carryon-field.ts';
import type { Refusal } from '../core/answers/stream/events.ts';

/** An error in both wordings, as objects keep it. Not all readers of one answer may learn which provider was asked. */
export function refusalOf(error: RouterError, head: AnswerHead = {}, carryon?: CarryonField): Refusal {
  const { status, headers, body } = errorToWire(error);
  const whole = { status, head, headers, body: JSON.stringify(body), ...(carryon !== undefined && { carryon }) };
  const page = pageError(error);
  if (page === error) return whole;
  const shown = errorToWire(page);
  return { ...whole, status: shown.status, body: JSON.stringify(shown.body), open: { status, body: whole.body } };
}

/** The error for callers that may not learn providers and costs. */
export function pageError(error: RouterError): RouterError {
  if ('page' in error && error.page !== undefined) return error.page;
  if (error.code !== 'budget_exceeded' || error.figures === undefined) return error;
  const { figures: _, ...shown } = error;
  return shown;
}
