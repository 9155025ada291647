/** What this page needs from its browser. Tests pass their own. */
import type { TravelNotes } from '/travel.js';

export interface Ports {
  fetch: typeof fetch;
  /** Epoch milliseconds. */
  now(): number;
  /** A monotonic clock, in milliseconds. */
  elapsedMs(): number;
  newId(): string;
  /** Resolves once a frame has been drawn. */
  frame(then: () => void): void;
  later(ms: number, then: () => void): void;
  /** Runs the work under this name in one tab at a time. */
  locked<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
  notes: TravelNotes;
}

export const browserPorts = (): Omit<Ports, 'notes'> => ({
  fetch: (...asked) => fetch(...asked),
  now: () => Date.now(),
  elapsedMs: () => performance.now(),
  newId: () => Array.from(crypto.getRandomValues(new Uint8Array(12)), hex).join(''),
  // The work runs in its own task. On a slow phone it and the drawing would be one long task together.
  frame: (then) => void requestAnimationFrame(() => setTimeout(then)),
  later: (ms, then) => void setTimeout(then, ms),
  // A page without locks has no service worker either, so no other tab shares what it keeps.
  locked: async (name, work) =>
    navigator.locks ? await navigator.locks.request(`carryon-demo ${name}`, work) : work(),
});

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');
