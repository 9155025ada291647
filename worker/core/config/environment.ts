/** The environment that config is joined with: variables and secrets, by name. */
export type Variables = Readonly<Record<string, unknown>>;

/** A variable that is missing, or holds something unusable (`problem`). */
export interface MissingVariable {
  name: string;
  problem?: string;
}

/** Reads a variable. One that is missing, or that `check` refuses, is collected as `MissingVariable`. */
export type ReadVariable = (name: string, check?: (value: string) => string | undefined) => string;
