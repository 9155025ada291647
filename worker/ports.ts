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
import type { LimitInUse } from './core/ledger/book/usage.ts';
import type { Pools } from './core/ledger/lease/pool.ts';
import type { GrantReply, LeaseRequest, Report, ReportReply, ScopeAsk } from './core/ledger/messages.ts';
import type { Learnt } from './core/pricing/learnt.ts';
import type { UsageProblem } from './core/pricing/plausible.ts';
import type { ReportsSeen } from './core/reports/reports.ts';
import type { Observation } from './core/routing/health.ts';
import type { Overrides } from './core/routing/overrides.ts';
import type { Candidate } from './core/routing/plan.ts';
import type { Feedback } from './core/slo/client-reports/feedback.ts';
import type { SentFigures } from './core/slo/client-reports/figures.ts';
import type { Judge } from './core/slo/judge/judge.ts';
import type { Verdict } from './core/slo/judge/verdict.ts';
import type { ClosedRecord, RequestRecord } from './core/slo/record.ts';
import type { RunFacts } from './core/slo/run-facts.ts';
import type { Adapter } from './providers/adapter.ts';

export type { Clock };

/** A random number in [0, 1). */
export type Random = () => number;

/** A pipe of bytes to a client. A write resolves when the client has taken it, and fails when the client has left. */
export interface BytePipe {
  readable: ReadableStream<Uint8Array>;
  writable: WritableStream<Uint8Array>;
}

/** Calls a provider. */
export type UpstreamFetch = (url: string, init: RequestInit) => Promise<Response>;

/** Registers work that continues behind the response (`ctx.waitUntil`). */
export type Background = (work: Promise<unknown>) => void;

/** Client keys. */
export interface Identities {
  /** The identity of a key; undefined if the key does not exist. A malformed key is refused without I/O. */
  find(key: string): Identity | undefined | Promise<Identity | undefined>;
}

/** Tokens of people who have signed in. Checking one needs neither KV nor the ledger, takes bounded time, and never rejects. */
export interface Tokens {
  find(token: string, background: Background): Promise<Result<Identity, AuthError>>;
  /** Signs a token as this router's own. */
  mint(claims: JwtFields): Promise<string>;
}

/** The health of deployments, and the overrides. */
export interface RoutingBoard {
  /** Reads what other isolates have published. The first use waits for it; later reads run behind the response. */
  ready(background: Background): void | Promise<void>;
  candidates(deployments: readonly Deployment[]): Candidate[];
  /** The overrides, as this isolate knows them. */
  readonly overrides: Overrides;
  /** Takes one of a deployment's `maxParallel` places in this isolate; false if none is free. `request` is any object unique to it. */
  enter(deployment: Deployment, request: object): boolean;
  leave(deployment: Deployment, request: object): void;
  /** True if this request may probe the half-open deployment. A probe that has not reported after `forMs` makes way for the next. */
  claimProbe(deployment: Deployment, forMs: number): Promise<boolean>;
  /** Records how an attempt ended: in this isolate at once, in `HealthBoard` behind the response. */
  observe(deployment: Deployment, outcome: Observation, background: Background): void;
  /** Records what a bill showed about a deployment: in this isolate at once, for all others behind the response. */
  learn(deployment: Deployment, seen: BillFindings, background: Background): void;
}

/** What a bill has shown about a deployment. */
export interface BillFindings {
  oddity?: UsageProblem | undefined;
  lesson?: Learnt | undefined;
}

/** What one request sends to its tenant's ledger in one call. */
export interface LedgerMessage {
  /** The ledger applies these before the ask. */
  reports: readonly Report[];
  ask?: LeaseRequest;
  /** True if the message travels in a call of its own, never together with those of other requests. */
  isAlone?: boolean;
  /** A message without an answer after this time counts as lost. */
  longestMs: number;
}

/** The replies to a message: one to each report, in their order, and one to the ask. */
export interface LedgerAnswer {
  reports: readonly ReportReply[];
  grant: GrantReply | undefined;
}

/** The ledgers of all tenants. A tenant's ledger is the only place that can refuse a lease (docs/ledger.md). */
export interface Ledger {
  /** Rejects if the ledger cannot be reached, or does not answer in time. Then it is unknown whether the message arrived. */
  send(tenant: string, message: LedgerMessage): Promise<LedgerAnswer>;
  /** Each limit in force for these scopes. Rejects, or never resolves, if the ledger cannot be reached. */
  usage(tenant: string, scopes: readonly ScopeAsk[]): Promise<readonly LimitInUse[]>;
}

/** The cache of complete answers. A fault of the cache counts as a miss: no request waits for it or is refused because of it. */
export interface Answers {
  /** The generation of a tenant's feature. Raising it discards the cached answers. Undefined if it is unknown; then none may be given. */
  generation(tenant: string, feature: string): Promise<number | undefined>;
  hash(keyText: string): Promise<string>;
  get(keyHash: string, tenant: string): StoredAnswer | undefined | Promise<StoredAnswer | undefined>;
  put(keyHash: string, tenant: string, answer: StoredAnswer, keepMs: number): Promise<unknown>;
}

/** Answers that several callers read. Each is in an object of its own. A call rejects if the object cannot be reached. */
export interface AnswerStreams {
  /** `subject` names the object. Nothing is reserved between two calls. */
  open(subject: string, message: OpenMessage, signal: AbortSignal): Promise<Response>;
  /** The whole answer of a subject once it is complete, with the deployment that made it. Undefined if it is never completed. */
  whole(subject: string, kind: OpenMessage['kind']): Promise<Response | undefined>;
  /** True if the object, in its present life, closes the record of this request or has closed it. */
  hasTaken(subject: string, kind: OpenMessage['kind'], requestId: string): Promise<boolean>;
  /** Reads a keyed answer by its id. Undefined if the string is not an id. */
  attach(id: string, message: AttachMessage, signal: AbortSignal): Promise<Response | undefined>;
  stop(id: string, message: StopMessage): Promise<Response | undefined>;
}

/** What the objects of keyed and shared answers need in order to run a request themselves. */
export interface AnswerRuns {
  clock: Clock;
  produce(job: Job, hooks: RunHooks): Promise<RunOutcome>;
  /** Settles the leases of the object's earlier life (ledger rule 20). */
  settleLeases(tenant: string, leases: readonly KeptLease[]): Promise<void>;
  /** How long a complete answer may be given to other callers with an equal question. 0 if it may not. */
  givesAgainMs(job: Job, completion: string): number;
  /** An error as the contract words it. */
  wire(error: StreamError): Refusal;
  /** Notes a record that waits for the end of its run. If it is never closed, it counts as lost. */
  waits(record: object): void;
  /** Takes the record of a call that has ended. It is sent on at once, because the object may now go to sleep. */
  close(record: ClosedRecord, background: Background): void;
}

/** Called just before the ledger is asked with a new id, and just before a provider is called under it (ledger rule 20). */
export interface LeaseHooks {
  onAsk(leaseId: string): void;
  onStart(leaseId: string): void;
}

/** What an object gives to a run. The run must stop, settle and return soon after `signal` aborts. */
export interface RunHooks extends LeaseHooks {
  signal: AbortSignal;
  /** For work that continues after the run, such as settlement. */
  background: Background;
  /** True if other callers get the answer too. A safeguard may not make such an answer. */
  isShared: boolean;
  /** The request is admitted, and resumable readers get this head now. */
  admitted(head: AnswerHead): void;
  /** Called once, when the run is settled. That is before readers get its refusal or its end, unless the run was told to stop. */
  settled(facts: RunFacts): void;
}

/** The files that the build makes for browsers. All of them are public. */
export interface StaticFiles {
  /** The text of a file. Undefined if this Worker was started without it. */
  text(path: string): string | undefined | Promise<string | undefined>;
}

/** An event for operators. It holds no prompt, no answer and no key. */
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
    /** Sent for each answered request if `CARRYON_LOG=requests` is set. */
    | 'request'
    /** The number of reports of each kind that travel mode has sent. */
    | 'travel_reports'
    | 'usage_odd'
    | 'usage_above_hold'
    /** The public keys of a sign-in cannot be read. */
    | 'key_set_unreadable'
    | 'webhook_failing'
    | 'alerts_lost'
    /** A stored row of `SloBook` cannot be read, so it is not counted. */
    | 'book_unreadable'
    | 'book_unreachable'
    /** A receiver of traces, metrics or logs fails, or works again. */
    | 'telemetry_failing'
    | 'telemetry_back'
    | 'internal_error';
  [field: string]: string | number | boolean | null;
}

/** Takes the record of each request once, when the request is over. It never throws, and nothing waits for it. */
export interface Records {
  /** The request is under way from now on. `request` is any object unique to the request. */
  opened(request: object): void;
  /** The request is no longer under way in this isolate. */
  ended(request: object): void;
  /** With `atOnce` the batch goes out now, because the caller (an object) may soon sleep or end. */
  close(record: ClosedRecord, background: Background, atOnce?: boolean): void;
}

/** A receiver of batches of records: the book, traces or logs. Each sink limits what it holds, and counts what it drops. */
export interface RecordSink {
  readonly name: string;
  /** Resolves when the batch is delivered or given up. It never rejects. `open` is the number of requests under way in this isolate. */
  take(records: readonly RequestRecord[], open: number): Promise<void>;
  /** The number of records given up so far in this isolate. */
  readonly dropped: number;
}

/** The caller that rates an answer. */
export type Rater = Pick<Identity, 'tenant' | 'kind'>;

/** Sends to the book the feedback and figures that clients report. False if the book does not answer. */
export interface ClientReports {
  /** If the book does not know the request yet, the feedback is sent again for 15 s. */
  feedback(feedback: Feedback, rater: Rater, background: Background): Promise<boolean>;
  figures(figures: SentFigures, tenant: string): Promise<boolean>;
}

/** The judge of answers (docs/judge.md), if config has one. */
export interface Judging {
  readonly judge: Judge;
  /** True if one more answer may be judged now in this isolate. `leave` must follow. `answer` is any object unique to the answer. */
  enter(answer: object): boolean;
  leave(answer: object): void;
  /** Counts an answer of the sample that was not judged. */
  drop(): void;
  /** Sends the verdict to the book, which knows the request only once its record has arrived. False if that takes longer than `until`. */
  tell(verdict: JudgedRequest, until: number): Promise<boolean>;
}

/** A verdict on the answer to one request. */
export interface JudgedRequest extends Verdict {
  requestId: string;
  tenant: string;
}

/** Takes events for operators. */
export type EventSink = (event: RouterEvent) => void;

/** All ports together, joined in `deps.ts`. */
export interface Deps {
  config: Config;
  clock: Clock;
  random: Random;
  fetch: UpstreamFetch;
  newPipe(): BytePipe;
  identities: Identities;
  tokens: Tokens;
  /** True under `npm start` and in tests, never in a deploy. */
  isLocal: boolean;
  board: RoutingBoard;
  ledger: Ledger;
  /** The pools from which this isolate admits without asking the ledger. If undefined, every request has a lease of its own. */
  slices: Pools | undefined;
  /** The scopes that this isolate has already resolved. */
  scopes: KnownScopes;
  /** The bytes of the bodies that this isolate now holds. */
  bodies: BytesInFlight;
  answers: Answers;
  answerStreams: AnswerStreams;
  files: StaticFiles;
  /** Makes the id of a request or a lease: a UUIDv7 that contains `nowMs`. */
  newId(nowMs: number): string;
  events: EventSink;
  records: Records;
  clientReports: ClientReports;
  /** Undefined if no answers are judged. */
  judging?: Judging | undefined;
  /** The deployed version: its tag or id at Cloudflare, otherwise the router's own version. */
  build: string;
  adapterFor(deployment: Deployment): Adapter;
  /** Counts, in this isolate, requests with publishable keys by address, and reports by sender. */
  callRate: CallRate;
  /** True if the platform's own count lets an address ask. Undefined if the platform does not count. */
  platformRate: ((address: string) => Promise<boolean>) | undefined;
  /** The reports that this isolate has already counted. */
  reportsSeen: ReportsSeen;
  /** True if this caller may learn which provider served, and what the answer cost. */
  showsProvider(identity: Identity): boolean;
}
