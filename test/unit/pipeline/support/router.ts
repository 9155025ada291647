/** The pipeline with in-memory ports: everything but the network is the real thing. */

import type { DoorName } from '../../../../protocol/question.ts';
import { ok, refused } from '../../../../protocol/result.ts';
import { uuidV7Of } from '../../../../protocol/uuid-v7.ts';
import { KnownScopes } from '../../../../worker/core/admission/scopes.ts';
import { BytesInFlight } from '../../../../worker/core/bytes-in-flight.ts';
import type {
  Alias,
  Config,
  Deployment,
  Feature,
  PricingSettings,
  RouterSettings,
} from '../../../../worker/core/config/config.ts';
import { CallRate } from '../../../../worker/core/identity/call-rate.ts';
import { type Identity, LOCAL_IDENTITY } from '../../../../worker/core/identity/identity.ts';
import { NO_LADDER } from '../../../../worker/core/ledger/book/ladder.ts';
import { newPools } from '../../../../worker/core/ledger/lease/pool.ts';
import type { Learnt } from '../../../../worker/core/pricing/learnt.ts';
import { ReportsSeen } from '../../../../worker/core/reports/reports.ts';
import type { BoardDocument } from '../../../../worker/core/routing/board.ts';
import type { HealthReport, ProbeAnswer } from '../../../../worker/core/routing/health.ts';
import type { RatingReply, SentRating } from '../../../../worker/core/slo/client-reports/counts.ts';
import type { SentFigures } from '../../../../worker/core/slo/client-reports/figures.ts';
import type { ClosedRecord } from '../../../../worker/core/slo/record.ts';
import { checkedTraceparent } from '../../../../worker/core/telemetry/traceparent.ts';
import { answer } from '../../../../worker/pipeline/answer.ts';
import type { RequestContext } from '../../../../worker/pipeline/request.ts';
import type { AnswerStreams, Deps, RouterEvent } from '../../../../worker/ports.ts';
import { adapterFor } from '../../../../worker/providers/formats.ts';
import { Timing } from '../../../../worker/response/server-timing.ts';
import { ClientReportStore } from '../../../../worker/stores/client-report-store.ts';
import { IsolateBoard } from '../../../../worker/stores/isolate-board.ts';
import { sloFor } from '../../core/slo/support/slo-for.ts';
import { TestAnswers } from './answers.ts';
import { TestClock } from './clock.ts';
import { Closings } from './closings.ts';
import { TestLedger } from './ledger.ts';
import { newPipe } from './pipe.ts';
import { Upstream } from './upstream.ts';

export const deployment = (id: string, more: Partial<Deployment> = {}): Deployment => ({
  id,
  healthId: id,
  provider: `provider-${id}`,
  format: 'openai',
  model: `model-${id}`,
  apiBase: `https://${id}.example/v1`,
  apiKey: `key-${id}`,
  quirks: {},
  order: id.charCodeAt(0) - 96,
  weight: 1,
  timeoutMs: 30_000,
  streamTimeoutMs: 8_000,
  thinkingTimeoutMs: 60_000,
  idleTimeoutMs: 15_000,
  maxParallel: Number.POSITIVE_INFINITY,
  price: { input: 1, output: 4, cachedInput: 1, cacheWrite: 1 },
  hidesTokens: undefined,
  overheadTokens: 256,
  thinkingBeyondCap: 0,
  tokensPerSecond: 2_000,
  goesOnWhenLeft: false,
  allowParams: [],
  paramCosts: {},
  defaultMaxOutputTokens: 4_096,
  ...more,
});

export const SETTINGS: RouterSettings = {
  routingStrategy: 'simple-shuffle',
  numRetries: 2,
  allowedFails: 3,
  cooldownMs: 10_000,
  totalTimeoutMs: 45_000,
  maxStreamDurationMs: 600_000,
  maxRetryAfterWaitMs: 2_000,
  whenAllCooling: 'try-soonest',
  strictParams: false,
  maxBodyBytes: 1_048_576,
  maxImageBodyBytes: 20_971_520,
  privateImageUrls: false,
  publishableRate: 60,
  addressHeader: 'cf-connecting-ip',
};

export const PRICING: PricingSettings = {
  feePerRequestUsd: 0,
  overheadTokensPerRequest: 1_000,
  overheadTokensPerTool: 100,
  tokensPerImage: 10_000,
  tokensPerFile: 100_000,
};

export const feature = (name: string, more: Partial<Feature> = {}): Feature => ({
  name,
  alias: 'app/chat',
  caps: {
    maxInputTokens: undefined,
    maxOutputTokens: undefined,
    defaultMaxOutputTokens: 4_096,
    maxCostMicroUsd: undefined,
  },
  safeguard: undefined,
  limits: {},
  resume: true,
  promptCache: false,
  travelTtlSeconds: 604_800,
  cache: undefined,
  ...more,
});

export interface Sent {
  body?: Record<string, unknown> | string;
  stream?: boolean;
  user?: string;
  headers?: Record<string, string>;
  door?: DoorName;
}

export class TestRouter {
  readonly clock = new TestClock();
  readonly upstream = new Upstream(this.clock);
  readonly ledger = new TestLedger(this.clock);
  readonly answers = new TestAnswers();
  readonly answerStreams: AnswerStreams = {
    open: async () => Promise.reject(new Error('no objects here')),
    whole: async () => undefined,
    hasTaken: async () => false,
    attach: async () => undefined,
    stop: async () => undefined,
  };
  readonly events: RouterEvent[] = [];
  readonly closings = new Closings();
  readonly records: ClosedRecord[] = this.closings.records;
  /** What the book replies to feedback; undefined: it does not answer. */
  bookReply: RatingReply | undefined = 'taken';
  readonly opinions: SentRating[] = [];
  readonly figures: [SentFigures, string][] = [];
  readonly reports: HealthReport[] = [];
  readonly lessons: { deployment: string; lesson: Learnt }[] = [];
  readonly background: Promise<unknown>[] = [];
  readonly identities = new Map<string, Identity>([['sk-test', LOCAL_IDENTITY]]);
  readonly deployments: Deployment[];
  readonly board: IsolateBoard;
  readonly deps: Deps;
  published: BoardDocument | null = null;
  probeAnswer: ProbeAnswer = { claim: 'granted', until: 0, askedUntil: 0 };
  probes = 0;
  random = () => 0.5;

  constructor(deployments: Deployment[] = [deployment('a'), deployment('b')], settings: Partial<RouterSettings> = {}) {
    this.deployments = deployments;
    const { clock } = this;
    const router = { ...SETTINGS, ...settings };
    const links = {
      read: async () => this.published,
      report: async (reports: HealthReport[]) => void this.reports.push(...reports),
      claimProbe: async () => {
        this.probes++;
        return this.probeAnswer;
      },
      learn: async (deployment: string, lesson: Learnt) => void this.lessons.push({ deployment, lesson }),
      overrides: async () => this.board.overrides,
    };
    this.board = new IsolateBoard(links, router, clock, (event) => this.events.push(event));
    const alias: Alias = { name: 'app/chat', deployments };
    const config: Config = {
      aliases: new Map([[alias.name, alias]]),
      features: new Map([
        ['chat', feature('chat')],
        ['summarize', feature('summarize')],
      ]),
      defaultFeature: 'chat',
      origins: [],
      publicUrl: undefined,
      localHosts: [],
      issuers: [],
      tenants: new Map(),
      tiers: new Map(),
      alerts: { ladder: NO_LADDER, hooks: [] },
      demo: { signIn: 'off', because: 'off' },
      pricing: { ...PRICING, learnt: this.board.learnt },
      router,
      slo: sloFor(['chat', 'summarize']),
      telemetry: { receivers: [], logs: false },
    };
    this.deps = {
      config,
      clock,
      random: () => this.random(),
      fetch: this.upstream.fetch,
      identities: { find: (key) => this.identities.get(key) },
      tokens: {
        find: async (token) => {
          const identity = this.identities.get(token);
          return identity === undefined ? refused({ code: 'invalid_token', detail: 'unknown' }) : ok(identity);
        },
        mint: async () => '',
      },
      isLocal: false,
      board: this.board,
      ledger: this.ledger,
      slices: newPools(),
      scopes: new KnownScopes(),
      bodies: new BytesInFlight(clock),
      answers: this.answers,
      answerStreams: this.answerStreams,
      files: { text: () => undefined },
      newPipe: () => this.closings.piping(newPipe()),
      newId: (nowMs) => uuidV7Of(nowMs, crypto.randomUUID()),
      events: (event) => this.events.push(event),
      records: { opened() {}, ended() {}, close: (record) => void this.records.push(record) },
      clientReports: new ClientReportStore({
        clock,
        hashUser: (tenant, user) => `hash of ${user} of ${tenant}`,
        opinion: async (given) => {
          this.opinions.push(given);
          if (this.bookReply === undefined) throw new Error('the book does not answer');
          return this.bookReply;
        },
        figures: async (...given) => {
          this.figures.push(given);
          if (this.bookReply === undefined) throw new Error('the book does not answer');
          return true;
        },
      }),
      build: 'test',
      adapterFor: ({ format }) => adapterFor(format),
      callRate: new CallRate(),
      reportsSeen: new ReportsSeen(),
      platformRate: undefined,
      showsProvider: ({ kind }) => kind === 'secret',
    };
  }

  scope(gone?: AbortSignal, requestId = 'request-1'): RequestContext {
    const { clock } = this;
    const arrivedAt = clock.now();
    return {
      requestId,
      arrivedAt,
      background: (work) => void this.background.push(work),
      gone,
      colo: null,
      traceparent: null,
      namedFeature: null,
      timing: new Timing(clock, arrivedAt),
    };
  }

  /** One request down the whole line, the clock left alone. */
  send(
    { body, stream = false, user, headers, door = 'chat-completions' }: Sent = {},
    gone?: AbortSignal,
  ): Promise<Response> {
    const chat = { model: 'app/chat', messages: [{ role: 'user', content: 'hello' }], ...(stream && { stream }) };
    const sent = typeof body === 'string' ? body : JSON.stringify({ ...chat, ...body });
    const request = new Request('https://router.example/v1/chat/completions', {
      method: 'POST',
      headers: { authorization: 'Bearer sk-test', ...(user !== undefined && { 'x-carryon-user': user }), ...headers },
      body: sent,
      ...(gone && { signal: gone }),
    });
    const traceparent = checkedTraceparent(request.headers.get('traceparent'));
    const context = { ...this.scope(gone, this.closings.nextId()), traceparent };
    const answering = answer(request, door, this.deps, context);
    // A resumed read is no request of its own.
    return request.headers.has('last-event-id') ? answering : this.closings.answering(answering);
  }

  /** A question whose body comes as it comes. */
  sendBody(body: ReadableStream): Promise<Response> {
    const headers = { authorization: 'Bearer sk-test' };
    const init = { method: 'POST', headers, body, duplex: 'half' };
    const request = new Request('https://router.example/v1/chat/completions', init);
    const context = this.scope(undefined, this.closings.nextId());
    return this.closings.answering(answer(request, 'chat-completions', this.deps, context));
  }

  /** One request to its end. */
  ask(sent: Sent = {}, gone?: AbortSignal): Promise<Answered> {
    return this.clock.run(this.send(sent, gone).then(read));
  }

  /** Where each deployment stands now. */
  get standings(): Record<string, string> {
    return Object.fromEntries(this.board.candidates(this.deployments).map(({ id, state }) => [id, state]));
  }

  /** Whether each of `maxParallel` places is free again. */
  isFree(one: Deployment): boolean {
    const requests = [{}, {}, {}];
    const places = requests.map((request) => this.board.enter({ ...one, maxParallel: 3 }, request));
    for (const request of requests) this.board.leave(one, request);
    return places.every(Boolean);
  }
}

export interface Answered {
  status: number;
  headers: Headers;
  body: string;
  /** The text that the reader was shown. */
  shown: string;
  code: string | undefined;
}

export async function read(response: Response): Promise<Answered> {
  const body = await response.text();
  return { status: response.status, headers: response.headers, body, shown: shownBy(body), code: codeIn(body) };
}

const jsonsOf = (body: string): Record<string, unknown>[] =>
  (body.startsWith('data:')
    ? body.split('\n\n').map((event) => event.replace(/^(?::.*\n)*data: /, ''))
    : [body]
  ).flatMap((text) => (text === '' || text === '[DONE]' ? [] : [JSON.parse(text)]));

interface Choice {
  delta?: { content?: string };
  message?: { content?: string };
}

export const shownBy = (body: string): string =>
  jsonsOf(body)
    .flatMap(({ choices }) => (choices as Choice[] | undefined) ?? [])
    .map(({ delta, message }) => delta?.content ?? message?.content ?? '')
    .join('');

const codeIn = (body: string): string | undefined =>
  jsonsOf(body)
    .map(({ error }) => (error as { code: string } | undefined)?.code)
    .find((code) => code !== undefined);
