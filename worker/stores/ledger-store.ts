/** Calls the ledgers of all tenants. Each is one Durable Object. */
import type { LimitInUse } from '../core/ledger/book/usage.ts';
import type {
  GrantReply,
  LeaseRequest,
  LedgerReplies,
  Report,
  ReportReply,
  ScopeAsk,
} from '../core/ledger/messages.ts';
import type { Clock, Ledger, LedgerAnswer, LedgerMessage } from '../ports.ts';
import { LedgerCalls } from './ledger-calls.ts';

/** The methods of a `TenantLedger` stub that are used. In tests they are plain functions. */
export interface LedgerStub {
  grant(ask: LeaseRequest): Promise<GrantReply>;
  report(reports: readonly Report[]): Promise<ReportReply[]>;
  reportAndGrant(reports: readonly Report[], ask: LeaseRequest): Promise<{ reports: ReportReply[]; grant: GrantReply }>;
  exchange(reports: readonly Report[], asks: readonly LeaseRequest[]): Promise<LedgerReplies>;
  usage(scopes: readonly ScopeAsk[]): Promise<readonly LimitInUse[]>;
}

/** Tenants whose calls an isolate remembers. Beyond that it forgets all, and messages no longer wait for the calls under way. */
const MOST_TENANTS = 1_000;

/** The ledgers of all tenants. */
export class LedgerStore implements Ledger {
  readonly #stubOf: (tenant: string) => LedgerStub;
  readonly #clock: Clock;
  readonly #calls = new Map<string, LedgerCalls>();

  constructor(stubOf: (tenant: string) => LedgerStub, clock: Clock) {
    this.#stubOf = stubOf;
    this.#clock = clock;
  }

  send(tenant: string, message: LedgerMessage): Promise<LedgerAnswer> {
    return this.#callsOf(tenant).send(message, (reports, asks) => call(this.#stubOf(tenant), reports, asks));
  }

  async usage(tenant: string, scopes: readonly ScopeAsk[]): Promise<readonly LimitInUse[]> {
    return this.#stubOf(tenant).usage(scopes);
  }

  #callsOf(tenant: string): LedgerCalls {
    let calls = this.#calls.get(tenant);
    if (calls === undefined) {
      if (this.#calls.size >= MOST_TENANTS) this.#calls.clear();
      calls = new LedgerCalls(this.#clock);
      this.#calls.set(tenant, calls);
    }
    return calls;
  }
}

/**
 * Calls the oldest method of the object that suffices. During a deploy the object may still run the previous build, which has no
 * `exchange`.
 */
async function call(
  stub: LedgerStub,
  reports: readonly Report[],
  asks: readonly LeaseRequest[],
): Promise<LedgerReplies> {
  const [ask] = asks;
  if (ask === undefined) return { reports: await stub.report(reports), grants: [] };
  if (asks.length > 1) return stub.exchange(reports, asks);
  if (reports.length === 0) return { reports: [], grants: [await stub.grant(ask)] };
  const both = await stub.reportAndGrant(reports, ask);
  return { reports: both.reports, grants: [both.grant] };
}
