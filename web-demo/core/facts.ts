/** What router and travel mode report about an answer besides its text. Everything may be hidden from this page. */

export interface AnswerFacts {
  requestId: string | null;
  /** When the question was asked, in epoch milliseconds. */
  askedAt: number;
  /** When the answer ended, in epoch milliseconds. */
  answeredAt: number;
  source: AnswerSource;
  /** Time from the question to the first word, as this page saw it. Null if the answer came whole. */
  firstWordMs: number | null;
  totalMs: number | null;
  model: string | null;
  /** How often the answer was resumed after the line broke. */
  resumed: number;
  outputTokens: number | null;
  /** `length`: the answer is complete up to the limit at which it ends. */
  finishReason: string | null;
  /** Events that the router could not read: words may be missing. */
  skippedEvents?: number | undefined;
  costUsd: number | null;
  mode: 'normal' | 'safeguard' | 'bypass' | 'drill';
  /** Calls of providers, in order. Null: this page may not know. */
  attempts: readonly AttemptFact[] | null;
  /** Deployments that were left out because they were in cooldown. */
  cooldowns: readonly CooldownFact[];
  /** The router's own steps, from `server-timing`: name and milliseconds. */
  steps: readonly { name: string; ms: number }[];
}

export type AnswerSource =
  | { kind: 'live' }
  /** From the router's cache. */
  | { kind: 'cached'; ageMs: number }
  /** Kept by this browser, and shown because of `cause`, such as `offline`; `mode`: the person asked for saved answers first. */
  | { kind: 'saved'; ageMs: number; cause: string }
  /** Asked while away, answered later. */
  | { kind: 'queued'; answeredAt: number };

/** As the router's `carryon` field has it (docs/who-answered.md). */
export interface AttemptFact {
  deployment: string;
  model: string;
  startedMs: number;
  ttftMs: number | null;
  ms: number;
  /** `success`, or the kind of failure. */
  result: string;
  status?: number;
  hop: number;
}

export interface CooldownFact {
  deployment: string;
  cause: string;
  leftMs: number;
}
