/** The ledgers of all tenants as this isolate reaches them: one Durable Object each. */
import type { GrantReply, LeaseRequest, LimitRefusal, Report, ReportReply, ScopeAsk } from '../core/ledger/messages.ts';
import type { Clock, Ledger } from '../ports.ts';

/** What this needs of a `TenantLedger`'s stub; plain functions in tests. */
export interface LedgerStub {
  grant(ask: LeaseRequest): Promise<GrantReply>;
  report(reports: readonly Report[]): Promise<ReportReply[]>;
  reportAndGrant(reports: readonly Report[], ask: LeaseRequest): Promise<{ reports: ReportReply[]; grant: GrantReply }>;
}

/** A raised limit waits so long at most, although ledger rule 23 would let it wait until the refusal's own time. */
const LONGEST_REMEMBERED_MS = 1_000;
/** How long the last reply tells whether a budget is set, while the ledger does not answer. */
const KNOWN_FOR_MS = 60_000;
/** Scopes an isolate remembers; beyond, it forgets all and starts anew. */
const MOST_REMEMBERED = 10_000;

interface Remembered {
  reply: Extract<GrantReply, { refused: LimitRefusal }>;
  /** Answered from memory until then. */
  until: number;
  /** When the wait is over, as the ledger said. */
  waitUntil: number;
}

export class LedgerStore implements Ledger {
  readonly #stubOf: (tenant: string) => LedgerStub;
  readonly #clock: Clock;
  /** Refusals for a rate, by scope: asking sooner is in vain, for what was counted is never given back (ledger rule 23). */
  readonly #refused = new Map<string, Remembered>();
  readonly #budgets = new Map<string, { isSet: boolean; at: number }>();

  constructor(stubOf: (tenant: string) => LedgerStub, clock: Clock) {
    this.#stubOf = stubOf;
    this.#clock = clock;
  }

  async grant(tenant: string, ask: LeaseRequest): Promise<GrantReply> {
    const known = this.#refused.size === 0 ? undefined : this.#stillRefused(tenant, ask);
    if (known !== undefined) return known;
    const reply = await this.#stubOf(tenant).grant(ask);
    this.#learn(tenant, ask, reply);
    return reply;
  }

  report(tenant: string, reports: readonly Report[]): Promise<ReportReply[]> {
    return this.#stubOf(tenant).report(reports);
  }

  async reportAndGrant(tenant: string, reports: readonly Report[], ask: LeaseRequest) {
    const known = this.#stillRefused(tenant, ask);
    if (known !== undefined) return { reports: await this.report(tenant, reports), grant: known };
    const both = await this.#stubOf(tenant).reportAndGrant(reports, ask);
    this.#learn(tenant, ask, both.grant);
    return both;
  }

  hasBudget(tenant: string, scopes: readonly ScopeAsk[]): boolean | undefined {
    const known = this.#budgets.get(nameOf(tenant, scopes));
    if (known === undefined) return undefined;
    // A budget that was there counts however long ago; that there was none is trusted for a minute.
    return known.isSet || this.#clock.now() - known.at < KNOWN_FOR_MS ? known.isSet : undefined;
  }

  #stillRefused(tenant: string, { scopes, wants }: LeaseRequest): GrantReply | undefined {
    // A further attempt is no further request.
    if (wants.every(({ requests }) => requests === 0)) return undefined;
    const now = this.#clock.now();
    for (const { scope } of scopes) {
      const known = this.#refused.get(`${tenant}\n${scope}`);
      if (known === undefined || known.until <= now) continue;
      const { reply, waitUntil } = known;
      return { ...reply, refused: { ...reply.refused, retryAfterMs: waitUntil - now } };
    }
    return undefined;
  }

  #learn(tenant: string, { scopes, wants }: LeaseRequest, reply: GrantReply): void {
    if (!('left' in reply)) return;
    const now = this.#clock.now();
    const isSet = reply.left.some(({ limit }) => limit === 'monthly' || limit === 'daily');
    put(this.#budgets, nameOf(tenant, scopes), { isSet, at: now });
    if (!('refused' in reply)) return;
    const { refused } = reply;
    // Of what was wanted the last is the least; where that were many, one may still fit.
    const isOfOne = wants[wants.length - 1]?.requests === 1;
    if (refused.limit !== 'rps' || refused.neverFits || !isOfOne) return;
    const until = now + Math.min(refused.retryAfterMs, LONGEST_REMEMBERED_MS);
    // What is left in other scopes is somebody's own: this is told to everybody whom the scope refuses.
    const left = reply.left.filter(({ scope }) => scope === refused.scope);
    const told = { refused, left, remembered: true } as const;
    put(this.#refused, `${tenant}\n${refused.scope}`, { reply: told, until, waitUntil: now + refused.retryAfterMs });
  }
}

const nameOf = (tenant: string, scopes: readonly ScopeAsk[]): string =>
  scopes.reduce((name, { scope }) => `${name}\n${scope}`, tenant);

function put<Value>(map: Map<string, Value>, name: string, value: Value): void {
  if (map.size >= MOST_REMEMBERED && !map.has(name)) map.clear();
  map.set(name, value);
}
