/**
 * What one request holds in its tenant's ledger: a share of a slice of its isolate or a lease of its own, and a further one for
 * each attempt after one that may have been billed. This drives `core/ledger/lease/holder.ts`: it sends the messages of a holder,
 * and feeds back what happens.
 */
import { keepShape } from '../../protocol/kept-shapes.ts';
import { noteClosable } from '../core/ledger/lease/closes.ts';
import { type Holder, type HolderEvent, holdShare, nextHolder } from '../core/ledger/lease/holder.ts';
import {
  admitFrom,
  beginAsking,
  endAsking,
  isRefillDue,
  knowsBudget,
  leftBeside,
  likelyWant,
  nextSlice,
  type Pool,
  poolOf,
} from '../core/ledger/lease/pool.ts';
import type { Slice } from '../core/ledger/lease/slice.ts';
import { noteSpent } from '../core/ledger/lease/slice-size.ts';
import type { GrantReply, Left, ScopeAsk, Want } from '../core/ledger/messages.ts';
import { LONE_ADMIT_MS, LONGEST_ADMIT_MS } from '../core/ledger/protocol.ts';
import { type Mode, NOTHING_SPENT, type Spent } from '../core/ledger/types.ts';
import type { Bill } from '../core/pricing/bill.ts';
import type { Background, LeaseHooks } from '../ports.ts';
import { askForLease, refusalInMemory } from './ask.ts';
import type { Asker, Cover } from './cover.ts';
import { closeLeases, reportAtEnd, reportCloses, shouldReport, unclosedLeases } from './duties.ts';
import { type LeasePorts, LedgerClient, LONGEST_ASK_MS } from './ledger-client.ts';
import { refill } from './refill.ts';

/** What covers one attempt that may be billed, and what the attempt cost. */
interface AttemptCover extends Cover {
  spent: Spent;
  estimated: boolean;
}

/** What was taken out of a slice. */
export interface TakenShare {
  refused?: undefined;
  mode: Mode;
  left: readonly Left[];
}

/** What holds the money of one request: a cover for each attempt that may be billed. */
export class RequestLease {
  readonly #asker: Asker;
  readonly #degrades: boolean;
  /** The pool from which shares are taken. Undefined if this request takes none. */
  readonly #slices: Pool | undefined;
  /**
   * Stands for this request while it is under way. If the runtime ends the request without notice, only this object is kept for a
   * while, and not the request.
   */
  readonly #work = {};
  readonly #covers: AttemptCover[] = [];
  #isClosed = false;
  #isOver: (() => void) | undefined;

  constructor(
    tenant: string,
    scopes: readonly ScopeAsk[],
    runForMs: number,
    links: LeasePorts,
    background: Background,
    { degrades = false, hooks }: { degrades?: boolean; hooks?: LeaseHooks | undefined } = {},
  ) {
    const { clock, newId, slices } = links;
    const now = clock.now();
    const pool = slices && poolOf(slices, tenant, scopes, now);
    const client = new LedgerClient(tenant, links, hooks !== undefined);
    this.#asker = { scopes, runForMs, client, newId, background, pool, hooks };
    this.#degrades = degrades;
    this.#slices = hooks === undefined ? pool : undefined;
    if (this.#slices !== undefined) {
      this.#slices.active.begin(this.#work, now);
      this.#slices.tenant.active.begin(this.#work, now);
    }
    keepShape('lease', this);
  }

  /**
   * Called if the answer goes on behind the line, as a stream does. From here to its end, whatever becomes of the client, it is
   * in `waitUntil`. Up to here the whole line is.
   */
  outliveLine(): void {
    this.#asker.background(
      new Promise<void>((resolve) => {
        this.#isOver = resolve;
      }),
    );
  }

  /**
   * Takes one of `wants` out of a slice of this isolate, in the mode last granted, without asking the ledger (ledger rule 22).
   * Returns undefined if no slice has room for it.
   */
  take(wants: readonly Want[]): TakenShare | undefined {
    const pool = this.#slices;
    const likely = pool && likelyWant(pool, wants);
    if (pool === undefined || likely === undefined) return undefined;
    const { now } = this.#asker.client;
    const share = admitFrom(pool, likely, now);
    if (share === undefined) return undefined;
    this.#cover(holdShare(share), share.slice);
    if (likely.requests > 0 && isRefillDue(pool, share.slice, now)) {
      // The refill is in `waitUntil`, because the answer may end sooner. Otherwise the slice would be granted to nobody, and held in
      // full until its time is over.
      this.#asker.background(refill(this.#asker, pool, { wants, likely, degrades: this.#degrades }));
    }
    return { mode: likely.mode, left: leftBeside(pool, now) };
  }

  /**
   * Asks for a lease of many requests if this isolate has started many of this kind lately, otherwise of one. Returns undefined
   * if the ledger cannot be reached.
   */
  async ask(wants: readonly Want[]): Promise<GrantReply | undefined> {
    const { client } = this.#asker;
    // A lease that came too late to start would stand in the way of the next.
    const late = unclosedLeases(this.#covers);
    if (late.length > 0) await reportCloses(client, late);
    const remembered = refusalInMemory(this.#asker, wants);
    if (remembered !== undefined) return remembered;
    const pool = this.#slices;
    const { now } = client;
    const likely = this.#covers.length === 0 && pool ? likelyWant(pool, wants) : undefined;
    const many = pool && likely && nextSlice(pool, likely, now);
    // Once a request is admitted, it keeps its mode.
    const degrades = this.#degrades && wants.some(({ requests }) => requests > 0);
    const cover = this.#cover({ state: 'over' });
    if (pool === undefined || many === undefined)
      return askForLease(this.#asker, cover, { wants, admitForMs: LONE_ADMIT_MS, degrades });
    beginAsking(pool, now + LONGEST_ASK_MS);
    const bestFirst = wants.flatMap((want) => (want === likely ? [many, want] : [want]));
    const ask = { wants: bestFirst, admitForMs: LONGEST_ADMIT_MS, degrades, own: likely };
    const reply = await askForLease(this.#asker, cover, ask);
    endAsking(pool);
    return reply;
  }

  /** Whether a budget is set for the scopes of the request, according to the ledger's last reply. Undefined if this is unknown. */
  get hasBudget(): boolean | undefined {
    const { pool, client } = this.#asker;
    return pool && knowsBudget(pool, client.now);
  }

  /** Lets the request run without a grant, as the tenant's policy allows while the ledger cannot be reached. It reports afterwards. */
  runUngranted(): void {
    this.#next(this.#last, { event: 'runs_ungranted' });
  }

  /** Called just before a provider is called. Returns false if the grant is no longer good. */
  starts(): boolean {
    const cover = this.#last;
    this.#next(cover, { event: 'starts', now: this.#asker.client.now });
    return cover.holder.state === 'running';
  }

  /** True if an attempt is covered already. The request and its slot are then counted. */
  get hasRun(): boolean {
    return this.#covers.some(({ holder }) => holder.state === 'running');
  }

  /** Books what the running attempt cost, or may have cost. Each cover is for one attempt that may be billed. */
  book({ microUsd, tokens, estimated }: Omit<Bill, 'usage'>): void {
    const cover = this.#last;
    cover.spent = { microUsd: cover.spent.microUsd + microUsd, tokens: cover.spent.tokens + tokens };
    if (estimated) cover.estimated = true;
  }

  /** What the request was charged so far. */
  get spentMicroUsd(): number {
    let sum = 0;
    for (const { spent } of this.#covers) sum += spent.microUsd;
    return sum;
  }

  /** The part of the charge that is for attempts before the last, which failed. */
  get failedMicroUsd(): number {
    return this.spentMicroUsd - (this.#covers.at(-1)?.spent.microUsd ?? 0);
  }

  /** Called when nothing runs any more. What was not spent is given back. Only the first call counts. */
  close(): void {
    this.#end((cover) => {
      this.#next(cover, { event: 'gave_up' });
      this.#next(cover, { event: 'ended', spent: cover.spent, estimated: cover.estimated });
    });
  }

  /** Called after a bug in the router. What ran stays held, and is booked in full when its time is over. */
  abandon(): void {
    if (!this.hasRun) this.close();
    else this.#end((cover) => this.#next(cover, { event: 'lost' }));
  }

  get #last(): AttemptCover {
    const cover = this.#covers[this.#covers.length - 1];
    if (cover === undefined) throw new Error('nothing was asked for');
    return cover;
  }

  #cover(holder: Holder, slice?: Slice): AttemptCover {
    const cover: AttemptCover = { holder, slice, spent: NOTHING_SPENT, estimated: false };
    this.#covers.push(cover);
    return cover;
  }

  #next(cover: Cover, event: HolderEvent): void {
    const before = cover.holder;
    const after = nextHolder(before, event);
    cover.holder = after;
    if (after.state === 'running' && before.state !== 'running') {
      this.#asker.hooks?.onStart(after.share.slice.leaseId);
    }
  }

  /** Ends every cover, and reports behind the response what must be reported now. */
  #end(end: (cover: AttemptCover) => void): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const pool = this.#slices;
    for (const cover of this.#covers) {
      if (pool !== undefined) noteSpent(pool.recent, cover.spent);
      end(cover);
    }
    const duties: Promise<void>[] = [];
    if (pool !== undefined) {
      pool.active.end(this.#work);
      pool.tenant.active.end(this.#work);
      const { client } = this.#asker;
      const { now } = client;
      for (const slice of slicesOf(this.#covers)) {
        noteClosable(pool, slice, now);
        if (shouldReport(pool, slice, now)) duties.push(reportAtEnd(pool, slice, client));
      }
    }
    const closing = closeLeases(this.#asker, this.#covers);
    if (closing !== undefined) duties.push(closing);
    if (duties.length > 0) this.#asker.background(Promise.all(duties));
    this.#isOver?.();
  }
}

/** The slices that these covers are shares of, each once. */
function slicesOf(covers: readonly Cover[]): Slice[] {
  const slices: Slice[] = [];
  for (const { slice } of covers) if (slice !== undefined && !slices.includes(slice)) slices.push(slice);
  return slices;
}
