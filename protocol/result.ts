/** The result of a step that may refuse. Refusals are values, bugs throw. `if (!result.ok) return result` passes a refusal on. */
export type Result<Value, Problem> = Ok<Value> | Refused<Problem>;

/** The step succeeded. */
export interface Ok<Value> {
  ok: true;
  value: Value;
}

/** The step refused. */
export interface Refused<Problem> {
  ok: false;
  error: Problem;
}

/** Makes the result of a step that succeeded. */
export const ok = <Value>(value: Value): Ok<Value> => ({ ok: true, value });

/** Makes the result of a step that refused. `error` says why, and what would be right. */
export const refused = <Problem>(error: Problem): Refused<Problem> => ({ ok: false, error });
