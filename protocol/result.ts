/** What a step came to, when it may refuse: refusals are values, bugs throw. `if (!result.ok) return result` hands one on. */
export type Result<Value, Problem> = Ok<Value> | Refused<Problem>;

/** It succeeded. */
export interface Ok<Value> {
  ok: true;
  value: Value;
}

/** It was refused. */
export interface Refused<Problem> {
  ok: false;
  error: Problem;
}

/** The step did what it was asked for. */
export const ok = <Value>(value: Value): Ok<Value> => ({ ok: true, value });

/** The step refused; `error` says why, and what would be right. */
export const refused = <Problem>(error: Problem): Refused<Problem> => ({ ok: false, error });
