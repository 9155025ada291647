import {
  beginHolding,
  type Holder,
  type HolderEvent,
  nextHolder,
  nextMessage,
  revive,
} from '../../../../../worker/core/ledger/lease/holder.ts';
import {
  beginSlice,
  endShare,
  isAdmitting,
  isQuiet,
  loseShare,
  reportOf,
  type Share,
  type Slice,
  startShare,
  takeShare,
} from '../../../../../worker/core/ledger/lease/slice.ts';
import type { GrantReply, LeaseRequest, Report, Want } from '../../../../../worker/core/ledger/messages.ts';

/** A request at a provider: it may cost up to its worst case until it has ended. */
export interface Run {
  worst: number;
  cost: number;
  ended: boolean;
}

/** A holder that asks the ledger and calls providers. What providers may bill is counted here, whatever the holder believes. */
export interface TestHolder {
  readonly leaseId: string;
  readonly ask: LeaseRequest;
  readonly runs: Run[];
  /** Its last report has been acknowledged; nothing more comes from it. */
  readonly isOver: boolean;
  isDead: boolean;
  outgoing(now: number): { ask: LeaseRequest } | { report: Report } | undefined;
  asksAgain(): void;
  hears(reply: GrantReply, now: number): void;
  starts(cost: number, now: number): void;
  ends(): void;
  givesUp(): void;
  frees(): void;
  acknowledged(report: Report): void;
  revives(): void;
  /** A further attempt, after one that may have been billed: a worst case, no request, no slot (ledger rule 21). */
  goesOn(cost: number, now: number): void;
  /** A bug of ours: the cost of one of its requests will never be reported. */
  loses(): boolean;
}

export const mayBill = ({ runs }: TestHolder): number =>
  runs.reduce((sum, { worst, cost, ended }) => sum + (ended ? cost : worst), 0);

/** The real core/ledger/lease/holder.ts; what it keeps in a row of its own outlives it. */
export class LoneHolder implements TestHolder {
  readonly runs: Run[] = [];
  isDead = false;
  readonly ask: LeaseRequest;
  #holder: Holder;
  #started = false;

  constructor(ask: LeaseRequest, now: number) {
    this.ask = ask;
    this.#holder = beginHolding(ask, now);
  }

  get leaseId() {
    return this.ask.leaseId;
  }

  get isOver() {
    return this.#holder.state === 'over';
  }

  outgoing() {
    return nextMessage(this.#holder);
  }

  asksAgain() {
    this.#next({ event: 'asked_again' });
  }

  hears(reply: GrantReply, now: number) {
    this.#next({ event: 'replied', reply, now });
  }

  starts(cost: number, now: number) {
    const before = this.#holder;
    if (before.state !== 'granted') return;
    this.#next({ event: 'starts', now });
    if (!this.#isRunning()) return;
    this.#started = true;
    const { microUsd } = before.share.slice.granted;
    this.runs.push({ worst: microUsd, cost: Math.min(cost, microUsd), ended: false });
  }

  ends() {
    const [run] = this.runs;
    if (!this.#isRunning() || run === undefined) return;
    run.ended = true;
    this.#next({ event: 'ended', spent: { microUsd: run.cost, tokens: 0 } });
  }

  givesUp() {
    this.#next({ event: 'gave_up' });
  }

  frees() {}

  goesOn() {}

  loses = () => false;

  acknowledged() {
    this.#next({ event: 'acknowledged' });
  }

  revives() {
    this.#holder = revive(this.leaseId, this.#started);
  }

  #isRunning = () => this.#holder.state === 'running';

  #next(event: HolderEvent) {
    this.#holder = nextHolder(this.#holder, event);
  }
}

/** The real core/ledger/lease/slice.ts, asked for as core/ledger/lease/holder.ts does; if only one request is granted, it holds that. */
export class IsolateHolder implements TestHolder {
  readonly runs: (Run & { share: Share | undefined; lost: boolean })[] = [];
  isDead = false;
  readonly ask: LeaseRequest;
  readonly worst: number;
  #holder: Holder;
  #slice: Slice | undefined;
  /** Its report made when nothing ran any more. */
  #last: Report | undefined;

  constructor(ask: LeaseRequest, worst: number, now: number) {
    this.ask = ask;
    this.worst = worst;
    this.#holder = beginHolding(ask, now);
  }

  get leaseId() {
    return this.ask.leaseId;
  }

  get isOver() {
    return this.#slice === undefined ? this.#holder.state === 'over' : this.#slice.isOver;
  }

  outgoing(now: number) {
    const slice = this.#slice;
    if (slice === undefined) return nextMessage(this.#holder);
    if (slice.isOver || isAdmitting(slice, now)) return undefined;
    const report = reportOf(slice);
    if (isQuiet(slice)) this.#last = report;
    return { report };
  }

  asksAgain() {
    this.#next({ event: 'asked_again' });
  }

  hears(reply: GrantReply, now: number) {
    if (this.#holder.state !== 'asking') return;
    this.#next({ event: 'replied', reply, now });
    if ('granted' in reply && reply.granted.requests > 1) this.#slice = beginSlice(this.leaseId, reply, now);
  }

  starts(cost: number, now: number) {
    if (this.#slice !== undefined) return this.#take({ requests: 1, parallel: 1 }, cost, now);
    if (this.#holder.state !== 'granted') return;
    const { microUsd } = this.#holder.share.slice.granted;
    this.#next({ event: 'starts', now });
    if (!this.#isRunning()) return;
    this.runs.push({ worst: microUsd, cost: Math.min(cost, microUsd), ended: false, lost: false, share: undefined });
  }

  goesOn(cost: number, now: number) {
    if (this.#slice !== undefined) this.#take({ requests: 0, parallel: 0 }, cost, now);
  }

  loses() {
    const run = this.runs.find(({ ended, lost, share }) => share !== undefined && !ended && !lost);
    if (run?.share === undefined) return false;
    loseShare(run.share);
    run.lost = true;
    return true;
  }

  ends() {
    const run = this.runs.find(({ ended, lost }) => !ended && !lost);
    if (run === undefined) return;
    run.ended = true;
    const spent = { microUsd: run.cost, tokens: 0 };
    if (run.share === undefined) this.#next({ event: 'ended', spent });
    else endShare(run.share, spent);
  }

  givesUp() {
    if (this.#slice === undefined) this.#next({ event: 'gave_up' });
    else reportOf(this.#slice);
  }

  frees() {
    if (this.#slice !== undefined) reportOf(this.#slice);
  }

  acknowledged(report: Report) {
    if (this.#slice === undefined) this.#next({ event: 'acknowledged' });
    else if (report === this.#last) this.#slice.isOver = true;
  }

  revives() {}

  #isRunning = () => this.#holder.state === 'running';

  #take(rest: Pick<Want, 'requests' | 'parallel'>, cost: number, now: number): void {
    const { worst } = this;
    const share = this.#slice && takeShare(this.#slice, { mode: 'normal', microUsd: worst, tokens: 0, ...rest }, now);
    if (share === undefined || !startShare(share, now)) return;
    this.runs.push({ worst, cost: Math.min(cost, worst), ended: false, lost: false, share });
  }

  #next(event: HolderEvent) {
    this.#holder = nextHolder(this.#holder, event);
  }
}

/** The simplest holder of a slice by ledger rules 15 to 22: each request takes its worst case from memory before it starts. */
export class SliceHolder implements TestHolder {
  readonly runs: Run[] = [];
  isDead = false;
  isOver = false;
  readonly ask: LeaseRequest;
  readonly worst: number;
  #state: 'asking' | 'holding' | 'closing' = 'asking';
  #asks = 1;
  #memory = { microUsd: 0, requests: 0 };
  #freed = 0;

  constructor(ask: LeaseRequest, worst: number) {
    this.ask = ask;
    this.worst = worst;
  }

  get leaseId() {
    return this.ask.leaseId;
  }

  outgoing() {
    if (this.isOver) return undefined;
    return this.#state === 'asking' ? { ask: this.ask } : { report: this.#report() };
  }

  asksAgain() {
    if (this.#state === 'asking') this.#asks++;
  }

  hears(reply: GrantReply) {
    if (this.#state !== 'asking') return;
    if ('granted' in reply) {
      this.#memory = { microUsd: reply.granted.microUsd, requests: reply.granted.requests };
      this.#state = 'holding';
    } else if (this.#asks > 1) this.#state = 'closing';
    else this.isOver = true;
  }

  /** Uses no clock: what is covered does not depend on one. */
  starts(cost: number) {
    const { worst } = this;
    if (this.#state !== 'holding' || this.#memory.requests === 0 || this.#memory.microUsd < worst) return;
    this.#memory.microUsd -= worst;
    this.#memory.requests--;
    this.runs.push({ worst, cost: Math.min(cost, worst), ended: false });
  }

  ends() {
    const run = this.runs.find(({ ended }) => !ended);
    if (run === undefined) return;
    run.ended = true;
    // What was not spent may be used again, or given back.
    this.#memory.microUsd += run.worst - run.cost;
  }

  goesOn() {}

  loses = () => false;

  givesUp() {
    this.#state = 'closing';
    this.frees();
  }

  frees() {
    // Struck from memory before it is sent (ledger rule 18).
    this.#freed += this.#memory.microUsd;
    this.#memory.microUsd = 0;
  }

  acknowledged() {
    if (this.#state === 'closing' && this.#isQuiet()) this.isOver = true;
  }

  revives() {}

  #report(): Report {
    const spent = this.runs.reduce((sum, { ended, cost }) => sum + (ended ? cost : 0), 0);
    return {
      leaseId: this.leaseId,
      spent: { microUsd: spent, tokens: 0 },
      freed: { microUsd: this.#freed, tokens: 0, parallel: this.runs.filter(({ ended }) => ended).length },
      done: this.#state === 'closing' && this.#isQuiet(),
    };
  }

  #isQuiet = () => this.runs.every(({ ended }) => ended);
}
