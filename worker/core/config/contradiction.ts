import type { ConfigProblem } from './check.ts';

/** Settings that contradict each other. If `isError`, they can never work, and the build stops. */
export interface Contradiction extends ConfigProblem {
  isError: boolean;
}

/** A place in config, such as `['aliases', 'app/chat', 'deployments', 0, 'timeout']`. */
export type Path = (string | number)[];

/** A contradiction that works but may surprise. */
export const warning = (path: Path, message: string): Contradiction => ({ path, message, isError: false });
