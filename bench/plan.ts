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
  memory: MemoryLoad[];
  admission: { rounds: number; perSecond: number; warmMs: number; measuredMs: number };
  tokens: { rounds: number; checks: number };
  /** Travel mode, in Chromium. */
  browser: {
    rounds: number;
    firstTokens: BrowserStreams;
    chunks: BrowserStreams;
    /** A browser keeps 200 answers of a person. */
    people: number;
    answersEach: number;
    offlineAsks: number;
  };
  costs: {
    /** Requests, each to a process that has just started; leases that its ledger holds by then. */
    quiet: { requests: number; leasesBefore: number };
    /** At one a second. */
    middling: { seconds: number };
    busy: { requestsPerSecond: number; seconds: number };
    streamed: { count: number; contentChunks: number; paceMs: number };
    /** What is told behind responses has been told by then. */
    settleMs: number;
  };
}

export interface StreamPlan {
  rounds: number;
  streamsPerSecond: number;
  seconds: number;
  contentChunks: number;
  paceMs: number;
}

/** One after the other. */
export interface BrowserStreams {
  streams: number;
  contentChunks: number;
  paceMs: number;
}

export interface MemoryLoad {
  id: string;
  title: string;
  rounds: number;
  streams: number;
  rampSeconds: number;
  contentChunks: number;
  paceMs: number;
  paddingBytes: number;
  /** How long after the last stream "after" is. */
  restMs: number;
}

/** 1,000 chunks of 10 KB. */
const TEN_MEGABYTES = {
  ...{ id: 'tenMegabytes', title: 'one stream of 10 MB', streams: 1, rampSeconds: 1 },
  ...{ contentChunks: 1_000, paceMs: 1, paddingBytes: 10_000 },
};
const AT_ONCE = (streams: number) => ({
  ...{ id: `streams${streams}`, title: `${streams} streams at once`, streams, paceMs: 200, paddingBytes: 0 },
});

export const QUICK: Plan = {
  mode: 'quick',
  startUps: 2,
  warmUpMs: 1_000,
  saturation: { rounds: 3, connections: 64, warmMs: 200, measuredMs: 900 },
  fixedRate: { rounds: 3, requestsPerSecond: 100, seconds: 1.2 },
  firstTokens: { rounds: 2, streamsPerSecond: 50, seconds: 1, contentChunks: 3, paceMs: 10 },
  chunks: { rounds: 2, streamsPerSecond: 5, seconds: 1, contentChunks: 100, paceMs: 10 },
  streamCost: { rounds: 1, streamsPerSecond: 25, seconds: 1, contentChunks: 100, paceMs: 10 },
  memory: [
    { ...TEN_MEGABYTES, rounds: 1, restMs: 500 },
    { ...AT_ONCE(200), rounds: 1, rampSeconds: 0.7, contentChunks: 10, restMs: 500 },
  ],
  admission: { rounds: 2, perSecond: 5_000, warmMs: 500, measuredMs: 1_000 },
  tokens: { rounds: 3, checks: 10_000 },
  browser: {
    rounds: 3,
    firstTokens: { streams: 25, contentChunks: 3, paceMs: 10 },
    chunks: { streams: 2, contentChunks: 100, paceMs: 10 },
    ...{ people: 1, answersEach: 200, offlineAsks: 100 },
  },
  costs: {
    quiet: { requests: 2, leasesBefore: 100 },
    middling: { seconds: 6 },
    busy: { requestsPerSecond: 100, seconds: 6 },
    streamed: { count: 3, contentChunks: 60, paceMs: 50 },
    settleMs: 1_000,
  },
};

export const FULL: Plan = {
  mode: 'full',
  startUps: 5,
  warmUpMs: 3_000,
  saturation: { rounds: 12, connections: 64, warmMs: 300, measuredMs: 2_000 },
  fixedRate: { rounds: 8, requestsPerSecond: 100, seconds: 3 },
  firstTokens: { rounds: 6, streamsPerSecond: 50, seconds: 2, contentChunks: 3, paceMs: 10 },
  chunks: { rounds: 6, streamsPerSecond: 5, seconds: 2, contentChunks: 100, paceMs: 10 },
  streamCost: { rounds: 5, streamsPerSecond: 25, seconds: 2, contentChunks: 100, paceMs: 10 },
  memory: [
    { ...TEN_MEGABYTES, rounds: 3, restMs: 1_000 },
    { ...AT_ONCE(200), rounds: 2, rampSeconds: 1, contentChunks: 30, restMs: 2_000 },
    { ...AT_ONCE(500), rounds: 1, rampSeconds: 2, contentChunks: 30, restMs: 2_000 },
  ],
  admission: { rounds: 5, perSecond: 5_000, warmMs: 2_000, measuredMs: 2_000 },
  tokens: { rounds: 8, checks: 20_000 },
  browser: {
    rounds: 8,
    firstTokens: { streams: 40, contentChunks: 3, paceMs: 10 },
    chunks: { streams: 4, contentChunks: 100, paceMs: 10 },
    ...{ people: 5, answersEach: 200, offlineAsks: 200 },
  },
  costs: {
    // As many as a ledger's table goes on to hold, for folded ones are written over; and one too few for a fold.
    quiet: { requests: 10, leasesBefore: 240 },
    middling: { seconds: 60 },
    // A minute until the first lease may be folded, and some nine folds of 256 leases of one after it.
    busy: { requestsPerSecond: 100, seconds: 84 },
    streamed: { count: 30, contentChunks: 600, paceMs: 50 },
    settleMs: 3_000,
  },
};
