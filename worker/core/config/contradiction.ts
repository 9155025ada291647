import type { ConfigProblem } from './check.ts';

/** Settings that contradict each other; `isError`: they can never work, so the build stops. */
export interface Contradiction extends ConfigProblem {
  isError: boolean;
}

/** Where in the config, such as `['aliases', 'app/chat', 'deployments', 0, 'timeout']`. */
export type Path = (string | number)[];

/** What works and may surprise. */
export const warning = (path: Path, message: string): Contradiction => ({ path, message, isError: false });
