/** What the router and travel mode report about an answer besides its text. The router may hide each of these facts from this page. */

export interface AnswerFacts {
  requestId: string | null;
  /** When the question was asked, in epoch milliseconds. */
  askedAt: number;
  /** When the answer ended, in epoch milliseconds. */
  answeredAt: number;
  source: AnswerSource;
  /** The time from the question to the first word, as this page measured it. Null if the answer came in one piece. */
  firstWordMs: number | null;
  totalMs: number | null;
  model: string | null;
  /** How often the answer was resumed after its connection broke. */
  resumed: number;
  outputTokens: number | null;
  /** `length` means that the answer is complete up to the length limit at which it ends. */
  finishReason: string | null;
  /** How many events the router could not read. Words may be missing. */
  skippedEvents?: number | undefined;
  costUsd: number | null;
  mode: 'normal' | 'safeguard' | 'bypass' | 'drill';
  /** The calls of providers, in order. Null if this page may not know them. */
  attempts: readonly AttemptFact[] | null;
  /** Deployments that were left out because they were in cooldown. */
  cooldowns: readonly CooldownFact[];
  /** The router's own steps, from `server-timing`: name and milliseconds. */
  steps: readonly { name: string; ms: number }[];
}

export type AnswerSource =
  | { kind: 'live' }
  /** The answer came from the router's cache. */
  | { kind: 'cached'; ageMs: number }
  /** This browser kept the answer and shows it because of `cause`, such as `offline`. `mode`: the person asked for saved answers first. */
  | { kind: 'saved'; ageMs: number; cause: string }
  /** The question was asked without a connection and answered later. */
  | { kind: 'queued'; answeredAt: number };

/** One attempt from the router's `carryon` field (docs/who-answered.md). */
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
