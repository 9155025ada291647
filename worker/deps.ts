/** Composition root: the only file that joins ports to bindings. The composition is made once per isolate. */
import { uuidV7Of } from '../protocol/uuid-v7.ts';
import { VERSION } from '../protocol/version.ts';
import { CHECKED_CONFIG } from './checked-config.ts';
import { configuredOf } from './core/admission/configured.ts';
import { KnownScopes, tenantOf } from './core/admission/scopes.ts';
import { BytesInFlight } from './core/bytes-in-flight.ts';
import type { Config } from './core/config/config.ts';
import { fingerprint } from './core/config/fingerprint.ts';
import { type NotConfigured, notConfigured } from './core/config/not-configured.ts';
import { resolveConfig } from './core/config/resolve.ts';
import { alertsOf, allHooks } from './core/config/resolve-alerts.ts';
import { CallRate } from './core/identity/call-rate.ts';
import { mayLearnProvider } from './core/identity/may-learn-provider.ts';
import { newPools } from './core/ledger/lease/pool.ts';
import { AdminRate } from './core/operators/admin-rate.ts';
import type { OperatorsCalls } from './core/operators/operators.ts';
import { ReportsSeen } from './core/reports/reports.ts';
import { BOARD_KEY, type BoardDocument } from './core/routing/board.ts';
import { type Env, readEnv, type UncheckedEnv } from './env.ts';
import type { Alerts } from './objects/alerts/alerts.ts';
import type { AlertsDeps } from './objects/alerts/deliveries.ts';
import type { HealthBoard } from './objects/health-board/health-board.ts';
import type { SloBook, SloBookDeps } from './objects/slo-book/slo-book.ts';
import type { TenantLedger, TenantLedgerDeps } from './objects/tenant-ledger/tenant-ledger.ts';
import type { Clock, Deps, EventSink, RecordSink, UpstreamFetch } from './ports.ts';
import { adapterFor } from './providers/formats.ts';
import { PRESETS } from './providers/presets.ts';
import { AnswerCache } from './stores/answer-cache.ts';
import type { AnswerSecret } from './stores/answer-cache-keys.ts';
import { AnswerStore } from './stores/answer-store.ts';
import { AnswerStreamStore } from './stores/answer-stream-store.ts';
import { BookSink } from './stores/book-sink.ts';
import { ClientReportStore } from './stores/client-report-store.ts';
import { IsolateBoard } from './stores/isolate-board.ts';
import { JudgeStore } from './stores/judge-store.ts';
import { KeyStore } from './stores/key-store.ts';
import { LedgerStore } from './stores/ledger-store.ts';
import { carryOutOrder } from './stores/policy-orders.ts';
import { RecordBatches } from './stores/record-batches.ts';
import { SloReports } from './stores/slo-reports.ts';
import { StaticFileStore } from './stores/static-file-store.ts';
import { telemetrySinks } from './stores/telemetry/sinks.ts';
import { TenantRecords } from './stores/tenant-records.ts';
import { TokenStore } from './stores/tokens.ts';
import { UserHashes } from './stores/user-hash.ts';

/** Everything that `compose` joins for one environment. */
export interface Composition {
  env: Env;
  config: Config;
  /** The settings that are missing before any question can be answered. Undefined if none is. */
  notConfigured: NotConfigured | undefined;
  deps: Deps;
  keys: KeyStore;
  board: IsolateBoard;
  /** A stub belongs to the request that makes it, so each use makes its own. */
  healthBoard: () => DurableObjectStub<HealthBoard>;
  tenantLedger: (tenant: string) => DurableObjectStub<TenantLedger>;
  tenantRecords: TenantRecords;
  alerts: () => DurableObjectStub<Alerts>;
  operators: () => OperatorsCalls;
  sloBook: () => DurableObjectStub<SloBook>;
  sloReports: SloReports;
  /** The hashes by which records name users. */
  userHashes: UserHashes;
  adminRate: AdminRate;
  /** What the objects need of config and of each other. */
  tenantLedgerDeps: TenantLedgerDeps;
  alertsDeps: AlertsDeps;
  sloBookDeps: SloBookDeps;
}

const MOST_LEDGER_IDS = 1_000;

const clock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

const fetchOutside: UpstreamFetch = (url, init) => fetch(url, init);

/** Workers Logs index JSON lines; no prompt, answer or key is ever in an event. */
const events: EventSink = (event) => {
  const loud = event.event === 'internal_error' || event.needsOperator === true;
  console[loud ? 'error' : 'warn'](JSON.stringify(event));
};

/** Joins config, stores and bindings. */
export function compose(unchecked: UncheckedEnv): Composition {
  const { env, missing } = readEnv(unchecked);
  const resolved = resolveConfig(CHECKED_CONFIG, unchecked, PRESETS);
  const healthBoard = () => unchecked.HEALTH_BOARD.get(unchecked.HEALTH_BOARD.idFromName('board'));
  const alerts = () => unchecked.ALERTS.get(unchecked.ALERTS.idFromName('alerts'));
  const { allowedFails, cooldownMs } = resolved.config.router;
  const board = new IsolateBoard(
    {
      read: () => unchecked.STATE.get<BoardDocument>(BOARD_KEY, { type: 'json', cacheTtl: 30 }),
      report: async (reports) => healthBoard().report(reports, { allowedFails, cooldownMs }),
      claimProbe: async (deployment, forMs) => healthBoard().claimProbe(deployment, forMs),
      learn: async (deployment, lesson) => healthBoard().learn(deployment, lesson),
      overrides: async () => healthBoard().overrides(),
    },
    resolved.config.router,
    clock,
    events,
  );
  const config: Config = { ...resolved.config, pricing: { ...resolved.config.pricing, learnt: board.learnt } };
  const ledgerIds = new Map<string, DurableObjectId>();
  const tenantLedger = (tenant: string) => {
    // Hashing a name into an id takes 7 microseconds, so ids are kept. Only the stub belongs to a request.
    let id = ledgerIds.get(tenant);
    if (id === undefined) {
      id = unchecked.TENANT_LEDGER.idFromName(tenant);
      if (ledgerIds.size >= MOST_LEDGER_IDS) ledgerIds.clear();
      ledgerIds.set(tenant, id);
    }
    const { locationHint } = tenantOf(config, tenant);
    return unchecked.TENANT_LEDGER.get(id, locationHint === undefined ? {} : { locationHint });
  };
  const operators = () => unchecked.OPERATORS.get(unchecked.OPERATORS.idFromName('operators'));
  const sloBook = () => unchecked.SLO_BOOK.get(unchecked.SLO_BOOK.idFromName('book'));
  const userHashes = new UserHashes(env.keySecret);
  const hashUser = (tenant: string, user: string) => userHashes.of(tenant, user);
  const version = unchecked.CF_VERSION_METADATA;
  /** The id of this isolate. */
  const source = crypto.randomUUID();
  const sinks: RecordSink[] = [];
  const judging =
    config.judge && new JudgeStore({ judge: config.judge, clock, opinion: async (given) => sloBook().opinion(given) });
  const records = new RecordBatches({ sinks, clock, slo: config.slo, hashUser });
  const book: BookSink = new BookSink({
    source,
    slo: config.slo,
    clock,
    record: async (flush) => sloBook().record(flush),
    dropped: () => ({
      ...Object.fromEntries(sinks.map(({ name, dropped }) => [name, dropped])),
      book: book.dropped + records.lost,
      ...(judging && { judge: judging.dropped }),
    }),
  });
  sinks.push(
    book,
    ...telemetrySinks(config.telemetry, config.slo, {
      ...{ clock, random: () => Math.random(), fetch: fetchOutside, events, print: (line) => console.log(line) },
      origin: { instance: source, version: VERSION },
    }),
  );
  const keys = new KeyStore(unchecked.STATE, env, clock);
  const tenantRecords = new TenantRecords(unchecked.STATE, clock);
  let answerCache: AnswerCache | undefined;
  const openAnswerCache = () => {
    answerCache ??= new AnswerCache(caches.default, answerSecrets(env));
    return answerCache;
  };
  return {
    env,
    config,
    notConfigured: notConfigured([...missing.map((name) => ({ name })), ...resolved.missing], env.local),
    deps: {
      config,
      clock,
      random: () => Math.random(),
      fetch: fetchOutside,
      identities: keys,
      tokens: new TokenStore(env, config.issuers, { clock, fetch: fetchOutside, events }),
      isLocal: env.local,
      board,
      ledger: new LedgerStore(tenantLedger, clock),
      slices: newPools(),
      scopes: new KnownScopes(),
      bodies: new BytesInFlight(clock),
      answers: new AnswerStore(openAnswerCache, tenantRecords, clock),
      answerStreams: new AnswerStreamStore(
        { keyed: unchecked.ANSWER_STREAM, shared: unchecked.SHARED_ANSWER },
        env.keySecret,
        env.keySecretOld,
      ),
      files: new StaticFileStore(unchecked.ASSETS),
      // This native pipe writes to the client without JavaScript. Per stream it takes a tenth less CPU than a `ReadableStream` of ours.
      newPipe: () => new IdentityTransformStream(),
      newId: (nowMs) => uuidV7Of(nowMs, crypto.randomUUID()),
      events,
      records,
      clientReports: new ClientReportStore({
        clock,
        hashUser,
        opinion: async (given) => sloBook().opinion(given),
        figures: async (figures, tenant) => sloBook().figures(figures, tenant),
      }),
      judging,
      build: version?.tag || version?.id || VERSION,
      adapterFor: ({ format }) => adapterFor(format),
      callRate: new CallRate(),
      reportsSeen: new ReportsSeen(),
      platformRate: platformRate(unchecked.ADDRESS_RATE),
      showsProvider: (identity) => mayLearnProvider(identity, config, env.local),
    },
    keys,
    board,
    healthBoard,
    tenantLedger,
    tenantRecords,
    alerts,
    operators,
    sloBook,
    userHashes,
    sloReports: new SloReports({
      clock,
      report: async (narrowing) => sloBook().report(narrowing),
      drills: (from, to) => operators().drills(from, to),
    }),
    adminRate: new AdminRate(),
    tenantLedgerDeps: {
      clock,
      ladderOf: (tenant) => alertsOf(config, tenant).ladder,
      configuredOf: (tenant) => configuredOf(config, tenant),
      takeCrossings: async (tenant, crossings) => alerts().take(tenant, crossings),
    },
    alertsDeps: {
      clock,
      random: () => Math.random(),
      newId: () => crypto.randomUUID(),
      events,
      fetch: fetchOutside,
      hooksOf: (tenant) => alertsOf(config, tenant).hooks,
      allHooks: () => allHooks(config),
    },
    sloBookDeps: {
      ...{ config, clock, events },
      // During a deploy `Alerts` may still lack this call. Notices wait until it has it.
      notify: async (notices) => alerts().notify(notices),
      overrides: async () => healthBoard().overrides(),
      carryOut: (order) => carryOutOrder(order, { board: healthBoard(), operators: operators() }, clock.now()),
    },
  };
}

/** If the platform's limiter fails, it refuses no request. The isolate's own count still applies. */
const platformRate = (binding: RateLimit | undefined) =>
  binding &&
  ((key: string): Promise<boolean> =>
    binding.limit({ key }).then(
      ({ success }) => success,
      () => true,
    ));

/** The first secret encrypts new answers. The older one only reads answers that it encrypted. An id reveals nothing about its secret. */
function answerSecrets({ keySecret, answerSecret, answerSecretOld }: Env): [AnswerSecret, ...AnswerSecret[]] {
  const of = (secret: string): AnswerSecret => ({ id: fingerprint(secret), secret });
  const first = of(answerSecret ?? keySecret);
  return answerSecretOld === undefined || answerSecretOld === first.secret ? [first] : [first, of(answerSecretOld)];
}
