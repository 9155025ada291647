/** How long everything is measured. Every load alternates between its subjects in many short slots, so that all of them see the same
 * seconds of the machine, and a burst of other work on it spoils few slots. */
export interface Plan {
  mode: 'quick' | 'full';
  startUps: number;
  warmUpMs: number;
  answers: SlotPlan;
  saturated: SlotPlan;
  /** Requests of 1,000 users, whose calls of the ledger are counted in a run of their own that is not timed. */
  ledgerCalls: { requests: number; connections: number };
  firstTokens: { rounds: number; streamsPerSecond: number; seconds: number; contentChunks: number; paceMs: number };
  streamsAtOnce: StreamsAtOnce[];
  memory: MemoryLoad[];
  serve: { rounds: number; idleMs: number };
  admission: { rounds: number; perSecond: number; warmMs: number; measuredMs: number };
  tokens: { rounds: number; checks: number };
  /** Travel mode in Chromium. */
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
    /** Requests, each to a process that has just started, and the number of leases that its ledger holds by then. */
    quiet: { requests: number; leasesBefore: number };
    /** One request a second. */
    middling: { seconds: number };
    busy: { requestsPerSecond: number; seconds: number };
    streamed: { count: number; contentChunks: number; paceMs: number };
    /** Time for work that goes on after the last response. */
    settleMs: number;
  };
}

/** A closed loop in slots: each subject answers `requests`, then the next subject does. */
export interface SlotPlan {
  rounds: number;
  connections: number;
  requests: number;
  /** How long the upstream takes for an answer. */
  answerMs: number;
}

export interface StreamsAtOnce {
  rounds: number;
  streams: number;
  /** The streams begin within this time, so that their chunks do not come in step. */
  rampSeconds: number;
  contentChunks: number;
  paceMs: number;
}

/** Streams one after the other. */
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
  /** How long after the last stream the memory "after" is measured. */
  restMs: number;
}

const MODEL_DELAY_MS = 150;
const CONNECTIONS = 16;

/** 1,000 chunks of 10 KB. */
const TEN_MEGABYTES = {
  ...{ id: 'tenMegabytes', title: 'one stream of 10 MB', streams: 1, rampSeconds: 1 },
  ...{ contentChunks: 1_000, paceMs: 1, paddingBytes: 10_000 },
};
const AT_ONCE = (streams: number) => ({
  ...{ id: `streams${streams}`, title: `${streams} streams at once`, streams, paceMs: 200, paddingBytes: 0 },
});
/** 100 tokens a second each. */
const FIVE_STREAMS = { streams: 5, rampSeconds: 0.1, contentChunks: 100, paceMs: 10 };
/** 50 tokens a second each. Twice as many would keep a core busy, and chunks that wait in a queue are read together. */
const FIFTY_STREAMS = { streams: 50, rampSeconds: 0.2, contentChunks: 100, paceMs: 20 };

export const QUICK: Plan = {
  mode: 'quick',
  startUps: 2,
  warmUpMs: 1_000,
  answers: { rounds: 6, connections: CONNECTIONS, requests: 64, answerMs: MODEL_DELAY_MS },
  saturated: { rounds: 12, connections: CONNECTIONS, requests: 300, answerMs: 0 },
  ledgerCalls: { requests: 1_000, connections: CONNECTIONS },
  firstTokens: { rounds: 1, streamsPerSecond: 50, seconds: 1, contentChunks: 3, paceMs: 10 },
  streamsAtOnce: [
    { ...FIVE_STREAMS, rounds: 3 },
    { ...FIFTY_STREAMS, rounds: 2 },
  ],
  memory: [{ ...AT_ONCE(200), rounds: 1, rampSeconds: 0.7, contentChunks: 10, restMs: 500 }],
  serve: { rounds: 1, idleMs: 1_000 },
  admission: { rounds: 2, perSecond: 5_000, warmMs: 500, measuredMs: 1_000 },
  tokens: { rounds: 3, checks: 10_000 },
  browser: {
    rounds: 1,
    firstTokens: { streams: 25, contentChunks: 3, paceMs: 10 },
    chunks: { streams: 2, contentChunks: 100, paceMs: 10 },
    ...{ people: 1, answersEach: 200, offlineAsks: 50 },
  },
  costs: {
    quiet: { requests: 2, leasesBefore: 100 },
    middling: { seconds: 6 },
    busy: { requestsPerSecond: 100, seconds: 6 },
    streamed: { count: 3, contentChunks: 60, paceMs: 50 },
    settleMs: 11_000,
  },
};

export const FULL: Plan = {
  mode: 'full',
  startUps: 5,
  warmUpMs: 2_500,
  answers: { rounds: 24, connections: CONNECTIONS, requests: 96, answerMs: MODEL_DELAY_MS },
  saturated: { rounds: 40, connections: CONNECTIONS, requests: 400, answerMs: 0 },
  ledgerCalls: { requests: 5_000, connections: CONNECTIONS },
  firstTokens: { rounds: 4, streamsPerSecond: 50, seconds: 2, contentChunks: 3, paceMs: 10 },
  streamsAtOnce: [
    { ...FIVE_STREAMS, rounds: 12 },
    { ...FIFTY_STREAMS, rounds: 10 },
  ],
  memory: [
    { ...TEN_MEGABYTES, rounds: 2, restMs: 1_000 },
    { ...AT_ONCE(200), rounds: 1, rampSeconds: 1, contentChunks: 30, restMs: 1_000 },
    { ...AT_ONCE(500), rounds: 1, rampSeconds: 2, contentChunks: 30, restMs: 1_000 },
  ],
  serve: { rounds: 1, idleMs: 5_000 },
  admission: { rounds: 4, perSecond: 5_000, warmMs: 1_000, measuredMs: 1_500 },
  tokens: { rounds: 5, checks: 20_000 },
  browser: {
    rounds: 6,
    firstTokens: { streams: 40, contentChunks: 3, paceMs: 10 },
    chunks: { streams: 4, contentChunks: 100, paceMs: 10 },
    ...{ people: 5, answersEach: 200, offlineAsks: 200 },
  },
  costs: {
    // As many leases as a ledger's table holds in the long run, since folded ones are overwritten, and too few for a fold.
    quiet: { requests: 10, leasesBefore: 240 },
    middling: { seconds: 60 },
    // One minute passes until the first lease may be folded. Then come about nine folds of 256 leases of one request each.
    busy: { requestsPerSecond: 100, seconds: 84 },
    streamed: { count: 30, contentChunks: 600, paceMs: 50 },
    // Records wait for up to 10 s.
    settleMs: 12_000,
  },
};
