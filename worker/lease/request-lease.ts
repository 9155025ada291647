/**
 * What one request holds in its tenant's ledger, by whatever it is covered: shares of the slices that its isolate has, or leases
 * of its own; and a further one for each attempt after one that may have been billed. This drives core/ledger/lease/holder.ts and
 * slice.ts: it sends what they say and tells them what happens.
 */
import { beginHolding, type Holder, type HolderEvent, message, next } from '../core/ledger/lease/holder.ts';
import {
  admitFrom,
  beginAsking,
  closesAlong,
  endAsking,
  endTelling,
  enterSlice,
  isRefillDue,
  learn,
  learnMode,
  leftBeside,
  likelyOf,
  nextSlice,
  noteAdmitted,
  noteClosable,
  type Pool,
  poolOf,
} from '../core/ledger/lease/pool.ts';
import { endShare, loseShare, ownShare, type Share, type Slice, startShare } from '../core/ledger/lease/slice.ts';
import type { GrantReply, Left, Report, ScopeAsk, Want } from '../core/ledger/messages.ts';
import { LONE_ADMIT_MS, LONGEST_ADMIT_MS } from '../core/ledger/protocol.ts';
import { type Mode, NOTHING_SPENT, type Spent } from '../core/ledger/types.ts';
import type { Bill } from '../core/pricing/bill.ts';
import type { RequestContext } from '../pipeline/request-context.ts';
import { isToTell, keepPledge, tellAtEnd } from './duties.ts';
import { LedgerClient, type Links, LONGEST_ASK_MS } from './ledger-client.ts';

/** A slice that was not granted is not asked for again at once. */
const AGAIN_AFTER_MS = 1_000;

/** What covers one attempt that may be billed. */
interface Cover {
  by: { holder: Holder } | Share;
  spent: Spent;
  estimated: boolean;
}

/** Out of a slice. */
export interface Taken {
  mode: Mode;
  left: readonly Left[];
}

/** Called just before the ledger is asked with a new id, and just before a provider is called under it. */
export interface LeaseHooks {
  onAsk(leaseId: string): void;
  onStart(leaseId: string): void;
}

export class RequestLease {
  readonly #tenant: string;
  readonly #scopes: readonly ScopeAsk[];
  readonly #runForMs: number;
  readonly #degrades: boolean;
  readonly #hooks: LeaseHooks | undefined;
  readonly #links: Links;
  readonly #background: RequestContext['background'];
  readonly #line: LedgerClient;
  readonly #tuple: Pool | undefined;
  readonly #covers: Cover[] = [];
  #isClosed = false;
  #isOver = () => {};

  /** Its life is handed to `waitUntil` here, before the ledger is asked: a client that leaves may drop the rest of the handler. */
  constructor(
    tenant: string,
    scopes: readonly ScopeAsk[],
    runForMs: number,
    links: Links,
    background: RequestContext['background'],
    { degrades = false, hooks }: { degrades?: boolean; hooks?: LeaseHooks | undefined } = {},
  ) {
    this.#tenant = tenant;
    this.#scopes = scopes;
    this.#runForMs = runForMs;
    this.#degrades = degrades;
    this.#hooks = hooks;
    this.#links = links;
    this.#background = background;
    this.#line = new LedgerClient(tenant, links);
    // A holder that notes each of its leases takes no slices (ledger rule 20).
    const slices = hooks === undefined ? links.slices : undefined;
    this.#tuple = slices && poolOf(slices, tenant, scopes, links.clock.now());
    background(
      new Promise<void>((resolve) => {
        this.#isOver = resolve;
      }),
    );
  }

  /**
   * Takes one of `wants`, in the mode last granted, out of a slice of this isolate, without asking (ledger rule 22); that mode
   * and what is left beside it, or undefined where no slice has room for it.
   */
  take(wants: readonly Want[]): Taken | undefined {
    const tuple = this.#tuple;
    const likely = tuple && likelyOf(tuple, wants);
    if (tuple === undefined || likely === undefined) return undefined;
    const { now } = this.#line;
    const share = admitFrom(tuple, likely, now);
    if (share === undefined) return undefined;
    this.#cover(share);
    if (likely.requests > 0 && isRefillDue(tuple, share.slice, now)) this.#refill(tuple, wants, likely, now);
    return { mode: likely.mode, left: leftBeside(tuple, now) };
  }

  /**
   * Asks for a lease: of many, where this isolate has started many such requests lately, else of one. Undefined: the ledger
   * cannot be reached.
   */
  async ask(wants: readonly Want[]): Promise<GrantReply | undefined> {
    // One that came too late would stand in the way of the next.
    if (this.#reports().length > 0) await this.#tellClosing();
    const { now } = this.#line;
    const tuple = this.#tuple;
    const isFirst = this.#covers.length === 0;
    const likely = isFirst && tuple && likelyOf(tuple, wants);
    const many = likely && nextSlice(tuple, likely, now);
    if (!many) return (await this.#ask(wants, LONE_ADMIT_MS)).reply;
    beginAsking(tuple, now + LONGEST_ASK_MS);
    const bestFirst = wants.flatMap((one) => (one === likely ? [many, one] : [one]));
    const { reply } = await this.#ask(bestFirst, LONGEST_ADMIT_MS, likely);
    endAsking(tuple);
    return reply;
  }

  /** The ledger cannot be reached and the tenant's policy lets the request run: it is told afterwards. */
  runUngranted(): void {
    const { by } = this.#last;
    this.#tell(this.#last, { event: 'runs_ungranted' });
    if ('holder' in by && by.holder.state === 'running') this.#hooks?.onStart(by.holder.leaseId);
  }

  /** Just before a provider is called; false: what was granted is not good any more. */
  starts(): boolean {
    const cover = this.#last;
    const { now } = this.#line;
    if ('slice' in cover.by) return startShare(cover.by, now);
    const { state } = cover.by.holder;
    this.#tell(cover, { event: 'starts', now });
    const { holder } = cover.by;
    if (state === 'granted' && holder.state === 'running') this.#hooks?.onStart(holder.leaseId);
    return holder.state === 'running';
  }

  /** An attempt has been covered already: the request and its slot are counted. */
  get hasRun(): boolean {
    return this.#covers.some(isRunning);
  }

  /** What the running attempt came to, or may have. Each lease covers one that may be billed. */
  book({ microUsd, tokens, estimated }: Bill): void {
    const { spent } = this.#last;
    this.#last.spent = { microUsd: spent.microUsd + microUsd, tokens: spent.tokens + tokens };
    if (estimated) this.#last.estimated = true;
  }

  /** All that the request was charged so far. */
  get spentMicroUsd(): number {
    let sum = 0;
    for (const { spent } of this.#covers) sum += spent.microUsd;
    return sum;
  }

  /** Nothing runs any more: what was not spent goes back. Its first call counts. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const cover of this.#covers) {
      const { by, spent, estimated } = cover;
      if ('slice' in by) endShare(by, spent, estimated);
      else {
        this.#tell(cover, { event: 'gave_up' });
        this.#tell(cover, { event: 'ended', spent, estimated });
      }
    }
    this.#settle();
  }

  /** A fault of ours: what ran stays held and is booked in full when its time is over. */
  abandon(): void {
    if (this.hasRun) {
      this.#isClosed = true;
      for (const { by } of this.#covers) if ('slice' in by) loseShare(by);
      this.#settle();
    } else this.close();
  }

  get #last(): Cover {
    const cover = this.#covers[this.#covers.length - 1];
    if (cover === undefined) throw new Error('nothing was asked for');
    return cover;
  }

  #cover(by: Cover['by']): Cover {
    const cover: Cover = { by, spent: NOTHING_SPENT, estimated: false };
    this.#covers.push(cover);
    return cover;
  }

  #tell({ by }: Cover, event: HolderEvent): void {
    if ('holder' in by) by.holder = next(by.holder, event);
  }

  /** The same id until an answer comes; closes of this isolate's slices travel along. Of a slice, `own` is taken at once. */
  async #ask(wants: readonly Want[], admitForMs: number, own?: Want): Promise<{ reply?: GrantReply; slice?: Slice }> {
    const { now } = this.#line;
    const tuple = this.#tuple;
    const leaseId = this.#links.newLeaseId(now);
    this.#hooks?.onAsk(leaseId);
    // What was admitted once goes on as it is.
    const degrades = this.#degrades && wants.some(({ requests }) => requests > 0);
    const ask = { leaseId, scopes: this.#scopes, wants, admitForMs, degrades, runForMs: this.#runForMs };
    const cover = this.#cover({ holder: beginHolding(ask, now) });
    const tellings = tuple === undefined ? [] : closesAlong(tuple, now, now + LONGEST_ASK_MS);
    const reports = tellings.map(({ report }) => report);
    const { reply, isTold } = await this.#line.ask(ask, reports, () => this.#tell(cover, { event: 'asked_again' }));
    for (const telling of tellings) endTelling(telling, isTold);
    if (reply === undefined) return {};
    const heardAt = this.#line.now;
    if (tuple !== undefined) learnMode(tuple, wants, reply);
    if (tuple !== undefined && 'left' in reply && !('remembered' in reply)) learn(tuple, reply.left, heardAt);
    if (tuple !== undefined && 'granted' in reply && reply.granted.requests > 1) {
      this.#covers.pop();
      const slice = enterSlice(tuple, leaseId, reply, heardAt);
      this.#background(keepPledge(tuple, slice, this.#line));
      if (own === undefined) return { reply, slice };
      this.#cover(ownShare(slice, own));
      noteAdmitted(tuple, own, heardAt);
      return { reply: { ...reply, left: leftBeside(tuple, heardAt) }, slice };
    }
    this.#tell(cover, { event: 'replied', reply, now: heardAt });
    const granted = 'granted' in reply && wants.find(({ mode }) => mode === reply.mode);
    if (tuple !== undefined && granted && reply.granted.requests > 0) noteAdmitted(tuple, granted, heardAt);
    return { reply };
  }

  /** Behind this request's response: the next slice, before this one is used up, by a holding that runs nothing. */
  #refill(tuple: Pool, wants: readonly Want[], likely: Want, now: number): void {
    const many = nextSlice(tuple, likely, now);
    if (many === undefined) return;
    beginAsking(tuple, now + LONGEST_ASK_MS);
    // What is better is asked for too: once that is granted, it is what all ask for. What is smaller is not, but whether it is due.
    const better = wants.slice(0, wants.indexOf(likely));
    const degrades = this.#degrades || better.length + 1 < wants.length;
    const shared = [this.#tenant, this.#scopes, this.#runForMs, this.#links, this.#background] as const;
    const refill = new RequestLease(...shared, { degrades });
    const againFrom = () => (tuple.mode === many.mode ? refill.#line.now + AGAIN_AFTER_MS : 0);
    void refill
      .#ask([...better, many], LONGEST_ADMIT_MS)
      .then(({ slice }) => endAsking(tuple, slice === undefined ? againFrom() : 0))
      .finally(() => refill.close());
  }

  /** What is to be told now is, behind the response; without anything, at once. */
  #settle(): void {
    const { now } = this.#line;
    const tuple = this.#tuple;
    const slices = new Set<Slice>();
    for (const { by } of this.#covers) {
      if (tuple === undefined || !('slice' in by)) continue;
      noteClosable(tuple, by.slice, now);
      if (isToTell(tuple, by.slice, now)) slices.add(by.slice);
    }
    if (slices.size === 0 && this.#reports().length === 0) {
      this.#isOver();
      return;
    }
    const telling = [...slices].map((slice) => tuple && tellAtEnd(tuple, slice, this.#line));
    const closing = this.#line.repeat(
      () => this.#tellClosing(),
      () => this.#reports().length,
    );
    void Promise.all([closing, ...telling]).then(() => this.#isOver());
  }

  /** One call for all leases that are to be closed; true: none is left. */
  async #tellClosing(): Promise<boolean> {
    const reports = this.#reports();
    if (reports.length === 0) return true;
    if (!(await this.#line.report(reports))) return false;
    for (const cover of this.#covers) this.#tell(cover, { event: 'acknowledged' });
    return true;
  }

  /** Those of leases that are over. */
  #reports(): Report[] {
    const reports: Report[] = [];
    for (const { by } of this.#covers) {
      const said = 'holder' in by ? message(by.holder) : undefined;
      if (said !== undefined && 'report' in said) reports.push(said.report);
    }
    return reports;
  }
}

const isRunning = ({ by }: Cover): boolean => ('holder' in by ? by.holder : by).state === 'running';
