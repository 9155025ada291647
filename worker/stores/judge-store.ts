/** Sends the judge's verdicts to the book, and counts the sampled answers that were not judged. */
import type { RatingReply, SentRating } from '../core/slo/client-reports/counts.ts';
import { JUDGE_RATER, type Judge } from '../core/slo/judge/judge.ts';
import { UnderWay } from '../core/under-way.ts';
import { pause } from '../core/within.ts';
import type { Clock, JudgedRequest, Judging } from '../ports.ts';
import { callBook, LONGEST_CALL_MS } from './call-book.ts';

/** Each verdict under way holds a conversation in memory and an open call to a provider. */
const MOST_AT_ONCE = 20;
/** The platform ends work behind a response after this time. */
const LONGEST_MS = 30_000;
/** A record reaches the book within 10 s of its request's end. */
const ASK_AGAIN_MS = 3_000;

interface Links {
  judge: Judge;
  clock: Clock;
  opinion(given: SentRating): Promise<RatingReply>;
}

/** One per isolate. */
export class JudgeStore implements Judging {
  #dropped = 0;
  readonly judge: Judge;
  readonly #links: Links;
  readonly #running = new UnderWay(LONGEST_MS);

  constructor(links: Links) {
    this.judge = links.judge;
    this.#links = links;
  }

  enter(answer: object): boolean {
    const now = this.#links.clock.now();
    if (this.#running.countAt(now) >= MOST_AT_ONCE) return false;
    this.#running.begin(answer, now);
    return true;
  }

  leave(answer: object): void {
    this.#running.end(answer);
  }

  drop(): void {
    this.#dropped += 1;
  }

  /** The number of sampled answers that were not judged. It includes those whose request the runtime ended first. */
  get dropped(): number {
    return this.#dropped + this.#running.forgotten;
  }

  async tell({ requestId, tenant, isGood, failed }: JudgedRequest, until: number): Promise<boolean> {
    const { clock, opinion } = this.#links;
    const given: SentRating = {
      ...{ requestId, tenant, ofUser: undefined, rater: JUDGE_RATER, isGood, isVouched: true },
      label: failed.length === 0 ? null : failed.join('.'),
    };
    for (;;) {
      const reply = await callBook(() => opinion(given), clock);
      if (reply === 'taken') return true;
      if (reply === 'refused' || clock.now() + ASK_AGAIN_MS + LONGEST_CALL_MS > until) return false;
      await pause(ASK_AGAIN_MS, clock);
    }
  }
}
