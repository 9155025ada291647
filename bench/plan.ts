import type { LedgerLoad } from './counting/ledger-load.ts';

/** How long everything is measured. Every load alternates between the subjects, round by round: many short rounds, so
 * that a neighbour's burst of work spoils few of them. */
export interface Plan {
  mode: 'quick' | 'full';
  startUps: number;
  warmUpMs: number;
  saturation: { rounds: number; connections: number; warmMs: number; measuredMs: number };
  fixedRate: { rounds: number; requestsPerSecond: number; seconds: number };
  firstTokens: StreamPlan;
  chunks: StreamPlan;
  streamCost: StreamPlan;
  hold: { rounds: number; streams: number; rampSeconds: number; contentChunks: number; paceMs: number; restMs: number };
  ledger: {
    fixedRate: Plan['fixedRate'];
    firstTokens: StreamPlan;
    saturation: Plan['saturation'];
    counted: LedgerLoad;
  };
  /** Runs in which bindings are counted, one per rate: how often KV is read depends on how many requests share a read. */
  operations: { requestsPerSecond: number; seconds: number }[];
}

export interface StreamPlan {
  rounds: number;
  streamsPerSecond: number;
  seconds: number;
  contentChunks: number;
  paceMs: number;
}

export const QUICK: Plan = {
  mode: 'quick',
  startUps: 2,
  warmUpMs: 1_200,
  saturation: { rounds: 4, connections: 64, warmMs: 200, measuredMs: 900 },
  fixedRate: { rounds: 4, requestsPerSecond: 100, seconds: 1.2 },
  firstTokens: { rounds: 2, streamsPerSecond: 50, seconds: 1, contentChunks: 3, paceMs: 10 },
  chunks: { rounds: 2, streamsPerSecond: 5, seconds: 1, contentChunks: 100, paceMs: 10 },
  streamCost: { rounds: 1, streamsPerSecond: 25, seconds: 1.5, contentChunks: 100, paceMs: 10 },
  hold: { rounds: 1, streams: 500, rampSeconds: 0.7, contentChunks: 10, paceMs: 200, restMs: 500 },
  ledger: {
    fixedRate: { rounds: 3, requestsPerSecond: 100, seconds: 1.2 },
    firstTokens: { rounds: 2, streamsPerSecond: 50, seconds: 1, contentChunks: 3, paceMs: 10 },
    saturation: { rounds: 4, connections: 64, warmMs: 200, measuredMs: 900 },
    counted: { requestsPerSecond: 100, folds: 4, isClockMoved: true },
  },
  operations: [{ requestsPerSecond: 100, seconds: 2 }],
};

export const FULL: Plan = {
  mode: 'full',
  startUps: 5,
  warmUpMs: 4_000,
  saturation: { rounds: 20, connections: 64, warmMs: 300, measuredMs: 2_000 },
  fixedRate: { rounds: 12, requestsPerSecond: 100, seconds: 3.5 },
  firstTokens: { rounds: 10, streamsPerSecond: 50, seconds: 2, contentChunks: 3, paceMs: 10 },
  chunks: { rounds: 8, streamsPerSecond: 5, seconds: 2, contentChunks: 100, paceMs: 10 },
  streamCost: { rounds: 6, streamsPerSecond: 25, seconds: 2, contentChunks: 100, paceMs: 10 },
  hold: { rounds: 2, streams: 500, rampSeconds: 2, contentChunks: 30, paceMs: 200, restMs: 2_000 },
  ledger: {
    fixedRate: { rounds: 9, requestsPerSecond: 100, seconds: 2.5 },
    firstTokens: { rounds: 6, streamsPerSecond: 50, seconds: 2, contentChunks: 3, paceMs: 10 },
    saturation: { rounds: 12, connections: 64, warmMs: 300, measuredMs: 2_000 },
    // Takes a minute and a half, most of it until the first leases are old enough.
    counted: { requestsPerSecond: 100, folds: 8, isClockMoved: false },
  },
  operations: [
    { requestsPerSecond: 100, seconds: 10 },
    { requestsPerSecond: 5, seconds: 30 },
  ],
};
