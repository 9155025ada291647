import {
  beginHolding,
  type Holder,
  type HolderEvent,
  message,
  next,
  revive,
} from '../../../../../worker/core/ledger/holder.ts';
import type { Ask, GrantReply, Report } from '../../../../../worker/core/ledger/messages.ts';

/** A request at a provider: it may cost up to its worst case until it has ended. */
export interface Run {
  worst: number;
  cost: number;
  ended: boolean;
}

/** Somebody who asks the ledger and calls providers. What providers may bill is counted here, whatever the holder believes. */
export interface TestHolder {
  readonly leaseId: string;
  readonly ask: Ask;
  readonly runs: Run[];
  /** Its last report is told and acknowledged; nothing more comes from it. */
  readonly isOver: boolean;
  isDead: boolean;
  outgoing(): { ask: Ask } | { report: Report } | undefined;
  asksAgain(): void;
  hears(reply: GrantReply, now: number): void;
  starts(cost: number, now: number): void;
  ends(): void;
  givesUp(): void;
  frees(): void;
  acknowledged(): void;
  revives(): void;
}

export const mayBill = ({ runs }: TestHolder): number =>
  runs.reduce((sum, { worst, cost, ended }) => sum + (ended ? cost : worst), 0);

/** core/ledger/holder.ts as it is; what it keeps in a row of its own outlives it. */
export class LoneHolder implements TestHolder {
  readonly runs: Run[] = [];
  isDead = false;
  readonly ask: Ask;
  #holder: Holder;
  #started = false;

  constructor(ask: Ask, now: number) {
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
    return message(this.#holder);
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
    const { microUsd } = before.grant.granted;
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

  acknowledged() {
    this.#next({ event: 'acknowledged' });
  }

  revives() {
    this.#holder = revive(this.leaseId, this.#started);
  }

  #isRunning = () => this.#holder.state === 'running';

  #next(event: HolderEvent) {
    this.#holder = next(this.#holder, event);
  }
}

/** A holder of many by rules 15 to 22, as plain as can be: each request takes its worst case out of memory before it starts. */
export class SliceHolder implements TestHolder {
  readonly runs: Run[] = [];
  isDead = false;
  isOver = false;
  readonly ask: Ask;
  readonly worst: number;
  #state: 'asking' | 'holding' | 'closing' = 'asking';
  #asks = 1;
  #memory = { microUsd: 0, requests: 0 };
  #freed = 0;

  constructor(ask: Ask, worst: number) {
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

  /** By no clock at all: what is covered does not depend on it. */
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
    // What it did not cost may be used again, or given back.
    this.#memory.microUsd += run.worst - run.cost;
  }

  givesUp() {
    this.#state = 'closing';
    this.frees();
  }

  frees() {
    // Struck from memory before it is sent (rule 18).
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
