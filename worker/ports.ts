/** What the pipeline needs from outside. `deps.ts` joins each to its store; tests bring their own. */

import type { AuthError } from '../protocol/auth-errors.ts';
import type { Result } from '../protocol/result.ts';
import type { KnownScopes } from './core/admission/scopes.ts';
import type { AnswerHead } from './core/answers/answer-head.ts';
import type { StoredAnswer } from './core/answers/stored-answer.ts';
import type { Refusal } from './core/answers/stream/events.ts';
import type { Job } from './core/answers/stream/job.ts';
import type { AttachMessage, OpenMessage, StopMessage } from './core/answers/stream/messages.ts';
import type { StreamError } from './core/answers/stream/open.ts';
import type { KeptLease } from './core/answers/stream/record.ts';
import type { RunOutcome } from './core/answers/stream/run.ts';
import type { BytesInFlight } from './core/bytes-in-flight.ts';
import type { Clock } from './core/clock.ts';
import type { Config, Deployment } from './core/config/config.ts';
import type { CallRate } from './core/identity/call-rate.ts';
import type { Identity } from './core/identity/identity.ts';
import type { JwtFields } from './core/identity/token-claims.ts';
import type { Used } from './core/ledger/book/usage.ts';
import type { Pools } from './core/ledger/lease/pool.ts';
import type { GrantReply, LeaseRequest, Report, ReportReply, ScopeAsk } from './core/ledger/messages.ts';
import type { Learnt } from './core/pricing/learnt.ts';
import type { Oddity } from './core/pricing/plausible.ts';
import type { ReportsSeen } from './core/reports/reports.ts';
import type { Observation } from './core/routing/health.ts';
import type { Overrides } from './core/routing/overrides.ts';
import type { Candidate } from './core/routing/plan.ts';
import type { Judge } from './core/slo/judge/judge.ts';
import type { Verdict } from './core/slo/judge/verdict.ts';
import type { ClosedRecord, RequestRecord } from './core/slo/record.ts';
import type { RunFacts } from './core/slo/run-facts.ts';
import type { Feedback } from './core/slo/told/feedback.ts';
import type { FiguresById } from './core/slo/told/figures.ts';
import type { Adapter } from './providers/adapter.ts';

export type { Clock };

/** In [0, 1). */
export type Random = () => number;

/** Bytes on their way to a client: a write is over once the client has taken it, and fails once the client is gone. */
export interface BytePipe {
  readable: ReadableStream<Uint8Array>;
  writable: WritableStream<Uint8Array>;
}

/** Calls a provider. */
export type UpstreamFetch = (url: string, init: RequestInit) => Promise<Response>;

/** Work that goes on behind the response (`ctx.waitUntil`). */
export type Background = (work: Promise<unknown>) => void;

/** Client keys. */
export interface Identities {
  /** Whom a key identifies; undefined for a key that does not exist. Junk is refused without I/O. */
  find(key: string): Identity | undefined | Promise<Identity | undefined>;
}

/** Tokens of people who have signed in. They are checked without KV or the ledger, in bounded time; a call never rejects. */
export interface Tokens {
  find(token: string, background: Background): Promise<Result<Identity, AuthError>>;
  /** Signed as this router's own. */
  mint(claims: JwtFields): Promise<string>;
}

/** The health of deployments, and what operators have set. */
export interface RoutingBoard {
  /** Reads what other isolates published: at first use now, later behind the response. */
  ready(background: Background): void | Promise<void>;
  candidates(deployments: readonly Deployment[]): Candidate[];
  /** What operators have set over config's routing, as this isolate knows it. */
  readonly overrides: Overrides;
  /** Takes one of a deployment's `maxParallel` places in this isolate; false where none is free. `request`: any object of its own. */
  enter(deployment: Deployment, request: object): boolean;
  leave(deployment: Deployment, request: object): void;
  /** May this request probe the half-open deployment? `forMs`: when a probe that never reports makes way for the next. */
  claimProbe(deployment: Deployment, forMs: number): Promise<boolean>;
  /** What an attempt showed: it reaches this isolate's breaker at once, `HealthBoard` behind the response. */
  observe(deployment: Deployment, outcome: Observation, background: Background): void;
  /** What a bill showed of a deployment: at once in this isolate, for all others behind the response. */
  learn(deployment: Deployment, seen: Seen, background: Background): void;
}

/** What a bill taught. */
export interface Seen {
  oddity?: Oddity | undefined;
  lesson?: Learnt | undefined;
}

/** What one request has to say to its tenant's ledger in one call. */
export interface LedgerMessage {
  /** Applied before the ask. */
  reports: readonly Report[];
  ask?: LeaseRequest;
  /** In a call of its own, never together with what others say. */
  isAlone?: boolean;
  /** After so long without an answer it counts as lost. */
  longestMs: number;
}

/** The replies to a message: to its reports in their order, and to its ask. */
export interface LedgerAnswer {
  reports: readonly ReportReply[];
  grant: GrantReply | undefined;
}

/** The one place per tenant that can refuse (docs/ledger.md). */
export interface Ledger {
  /** Rejects if the ledger cannot be reached, or does not answer in time; then nobody knows whether the message arrived. */
  send(tenant: string, message: LedgerMessage): Promise<LedgerAnswer>;
  /** Each limit in force of these scopes. Rejects, or never resolves, if the ledger cannot be reached. */
  usage(tenant: string, scopes: readonly ScopeAsk[]): Promise<readonly Used[]>;
}

/** Finished answers, kept near. A fault of the cache is a miss: no request waits for it or is refused for it. */
export interface Answers {
  /** The generation of a tenant's feature; raising it forgets what was cached. Undefined: unknown, so no cached answer may be given. */
  generation(tenant: string, feature: string): Promise<number | undefined>;
  hash(keyText: string): Promise<string>;
  get(keyHash: string, tenant: string): StoredAnswer | undefined | Promise<StoredAnswer | undefined>;
  put(keyHash: string, tenant: string, answer: StoredAnswer, keepMs: number): Promise<unknown>;
}

/** Answers that several callers read, in an object each. A call rejects where the object cannot be reached. */
export interface AnswerStreams {
  /** `subject`: what the object is named after; nothing is claimed between two calls. */
  open(subject: string, message: OpenMessage, signal: AbortSignal): Promise<Response>;
  /** The whole answer of a subject once it is complete, with who served it; undefined where it does not become so. */
  whole(subject: string, kind: OpenMessage['kind']): Promise<Response | undefined>;
  /** Whether the object, as it lives now, closes the record of this request or has closed it. */
  hasTaken(subject: string, kind: OpenMessage['kind'], requestId: string): Promise<boolean>;
  /** By the id of a keyed answer; undefined for what is no id. */
  attach(id: string, message: AttachMessage, signal: AbortSignal): Promise<Response | undefined>;
  stop(id: string, message: StopMessage): Promise<Response | undefined>;
}

/** What those objects need in order to run a request themselves. */
export interface AnswerRuns {
  clock: Clock;
  produce(job: Job, hooks: RunHooks): Promise<RunOutcome>;
  /** Settles the leases of a former life (ledger rule 20). */
  settleLeases(tenant: string, leases: readonly KeptLease[]): Promise<void>;
  /** How long a whole answer may be given to others who ask the same; 0: to nobody. */
  givesAgainMs(job: Job, completion: string): number;
  /** An error in the words of the contract. */
  wire(error: StreamError): Refusal;
  /** Takes the record of a call that is over, and sends it on at once, because the object may sleep now. */
  close(record: ClosedRecord, background: Background): void;
}

/** Called just before the ledger is asked with a new id, and just before a provider is called under it (ledger rule 20). */
export interface LeaseHooks {
  onAsk(leaseId: string): void;
  onStart(leaseId: string): void;
}

/** What a run is given by its object. It must stop, settle and return soon after `signal` aborts. */
export interface RunHooks extends LeaseHooks {
  signal: AbortSignal;
  /** For work that goes on when the run is over: settlement, what was learnt. */
  background: Background;
  /** The answer is for others too, who may not be given a safeguard's. */
  isShared: boolean;
  /** The ledger has said yes: resumable readers get this head now. */
  admitted(head: AnswerHead): void;
  /** Called once, when the run is settled: before it is refused or its end is told, but for a run that was told to stop. */
  settled(facts: RunFacts): void;
}

/** The files that the build has made for browsers. All of them are public. */
export interface StaticFiles {
  /** Undefined where this Worker was started without it. */
  text(path: string): string | undefined | Promise<string | undefined>;
}

/** What operators must know. No prompts, no answers, no keys. */
export interface RouterEvent {
  event:
    | 'deployment_cooling'
    | 'deployment_back'
    | 'health_report_failed'
    | 'board_unreadable'
    | 'ledger_unreachable'
    | 'operators_unreachable'
    | 'board_unreachable'
    | 'ledger_refused_lease'
    | 'settlement_failed'
    | 'settlement_odd'
    | 'request_failed_over'
    | 'request_failed'
    | 'answer_interrupted'
    /** Each answered request, where `CARRYON_LOG=requests` asks for it. */
    | 'request'
    /** How many of each kind travel mode has reported. */
    | 'travel_reports'
    | 'usage_odd'
    | 'usage_above_hold'
    /** A sign-in's public keys. */
    | 'key_set_unreadable'
    | 'webhook_failing'
    | 'alerts_lost'
    /** Something that `SloBook` keeps cannot be read, and so is not counted. */
    | 'book_unreadable'
    | 'book_unreachable'
    /** Where traces, metrics and logs go: a receiver does not take them; it takes them again. */
    | 'telemetry_failing'
    | 'telemetry_back'
    | 'internal_error';
  [field: string]: string | number | boolean | null;
}

/** Takes the record of each request, once, when it is over. It never throws, and nothing waits for it. */
export interface Records {
  /** A request is under way from now on; `request` is any object of its own. */
  opened(request: object): void;
  /** It is not under way here any more. */
  ended(request: object): void;
  /** `atOnce`: the batch goes out now, because the caller (an object) may sleep or end soon. */
  close(record: ClosedRecord, background: Background, atOnce?: boolean): void;
}

/** Where batches of records go: the book, traces, logs. Each sink bounds what it holds, and counts what it drops. */
export interface RecordSink {
  readonly name: string;
  /** Resolves when the batch is delivered or given up; never rejects. `open`: requests that are under way in this isolate. */
  take(records: readonly RequestRecord[], open: number): Promise<void>;
  /** Records given up so far in this isolate. */
  readonly dropped: number;
}

/** Who rates an answer. */
export type Rater = Pick<Identity, 'tenant' | 'kind'>;

/** What clients tell of answers and services, on its way to the book. False: it does not answer. */
export interface Told {
  /** Of a request that the book does not know yet, it is told again, for 15 s. */
  feedback(feedback: Feedback, rater: Rater, background: Background): Promise<boolean>;
  figures(figures: FiguresById, tenant: string): Promise<boolean>;
}

/** The judge of answers (docs/judge.md), where config has one. */
export interface Judging {
  readonly judge: Judge;
  /** Whether one more may be judged now in this isolate; each that may is ended with `leave`. `answer`: any object of its own. */
  enter(answer: object): boolean;
  leave(answer: object): void;
  /** Counts an answer of the sample that was not judged. */
  drop(): void;
  /** Tells the book, which may not know the request before its record has come. False: not by this time. */
  tell(verdict: JudgedRequest, until: number): Promise<boolean>;
}

/** A verdict on the answer to one request. */
export interface JudgedRequest extends Verdict {
  requestId: string;
  tenant: string;
}

/** Takes events for operators. */
export type EventSink = (event: RouterEvent) => void;

/** All of it, joined in `deps.ts`. */
export interface Deps {
  config: Config;
  clock: Clock;
  random: Random;
  fetch: UpstreamFetch;
  newPipe(): BytePipe;
  identities: Identities;
  tokens: Tokens;
  /** `npm start` and tests; never a deploy. */
  isLocal: boolean;
  board: RoutingBoard;
  ledger: Ledger;
  /** What this isolate may admit from memory; undefined: every request has a lease of its own. */
  slices: Pools | undefined;
  /** In this isolate. */
  scopes: KnownScopes;
  /** Of this isolate. */
  bodies: BytesInFlight;
  answers: Answers;
  answerStreams: AnswerStreams;
  files: StaticFiles;
  /** A UUIDv7 that holds `nowMs`: the id of a request or a lease. */
  newId(nowMs: number): string;
  events: EventSink;
  records: Records;
  told: Told;
  /** Undefined: no answer is judged. */
  judging?: Judging | undefined;
  /** The deployed version: its tag or id at Cloudflare, otherwise the router's own version. */
  build: string;
  adapterFor(deployment: Deployment): Adapter;
  /** In this isolate: requests with publishable keys by address, and reports by who sends them. */
  callRate: CallRate;
  /** Whether the platform, too, lets an address ask; undefined where it does not count. */
  platformRate: ((address: string) => Promise<boolean>) | undefined;
  /** In this isolate. */
  reportsSeen: ReportsSeen;
  /** Whether this caller may learn which provider served and what it cost. */
  showsProvider(identity: Identity): boolean;
}
