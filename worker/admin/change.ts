/** Makes changes over the admin API. Each is first noted in the audit, then made, then noted as done (docs/storage.md, `Operators`). */
import type { Context } from 'hono';
import type { RouterError } from '../../protocol/errors.ts';
import type { Operator, OperatorsCalls } from '../core/operators/operators.ts';
import type { App } from '../edge.ts';
import { refusalResponse } from '../response/plain.ts';
import { askOperators } from './ask-operators.ts';

/** A change whose inputs have all been checked. Nothing changes before `make` runs. */
export interface Change {
  /** The change in a few words, such as `pin app/chat`. It holds no secret and no prompt. */
  what: string;
  /** Makes the change. If this throws, the outcome is unknown. */
  make(): Promise<MadeChange>;
}

/** The result of a change. */
export type MadeChange =
  /** `from` and `to` hold no secret. If both are the same JSON, nothing was changed. */
  | { outcome: 'changed'; from: unknown; to: unknown; reply: Response }
  /** The change was refused after all, or there was nothing to change. */
  | { outcome: 'nothing'; reply: Response }
  /** No reply came in time, so the change may have been made. */
  | { outcome: 'unknown'; reply: Response };

/** The refusal if the audit did not answer, so that nothing was changed. */
export const AUDIT_SILENT: RouterError = { code: 'audit_unavailable', retryAfterMs: 1_000 };

/** Makes a change once the audit has a row for it, and not without one. The row stays pending if the outcome is unknown. */
export function makeAuditedChange(change: Change, c: Context<App>, operator: Operator): Promise<Response> {
  const making = make(change, c, operator);
  // A client that leaves must not stop the change halfway.
  c.env.context.background(making.catch(() => {}));
  return making;
}

async function make(change: Change, c: Context<App>, operator: Operator): Promise<Response> {
  const id = c.env.context.requestId;
  const call = `${c.req.method} ${URL.parse(c.req.url)?.pathname ?? c.req.path}`;
  const begin = { id, who: operator.name, call, what: change.what };
  if (!(await noted(c, (operators) => operators.begin(begin)))) {
    // The row may have been written even so. It is removed, because nothing is changed.
    c.env.context.background(noted(c, (operators) => operators.drop(id)));
    return refusalResponse(AUDIT_SILENT, c.env.context);
  }
  const made = await change.make();
  // If the audit fails from here on, the change has still been made.
  if (made.outcome !== 'unknown') await noted(c, (operators) => end(operators, id, made));
  return made.reply;
}

function end(operators: OperatorsCalls, id: string, made: Exclude<MadeChange, { outcome: 'unknown' }>): Promise<void> {
  const isChange = made.outcome === 'changed' && json(made.from) !== json(made.to);
  return isChange ? operators.finish(id, made.from, made.to) : operators.drop(id);
}

const json = (value: unknown): string => JSON.stringify(value) ?? 'null';

/** Calls the object. False if the call fails or is not answered in time. */
const noted = async (c: Context<App>, call: (operators: OperatorsCalls) => Promise<unknown>): Promise<boolean> =>
  (await askOperators(c, call)) !== undefined;
