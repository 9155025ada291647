/** Sends to the book what clients report about answers and services. */
import { timeOfUuidV7 } from '../../protocol/uuid-v7.ts';
import type { RatingReply, SentRating } from '../core/slo/client-reports/counts.ts';
import type { Feedback } from '../core/slo/client-reports/feedback.ts';
import type { SentFigures } from '../core/slo/client-reports/figures.ts';
import { UnderWay } from '../core/under-way.ts';
import { pause } from '../core/within.ts';
import type { Background, ClientReports, Clock, Rater } from '../ports.ts';
import { callBook } from './call-book.ts';

/** A record reaches the book within 10 s of its request's end, and feedback may be faster. */
const WAITS_MS = [5_000, 6_000, 4_000];
const MOST_WAITING = 1_000;
/** The platform ends work behind a response after this time. */
const LONGEST_WAIT_MS = 30_000;
/** A record that has not arrived after this long never will. */
const LONGEST_WAY_MS = 20 * 60_000;
/** The rater's name for all visitors of pages, and for a key that names no rater. */
const VISITOR = 'visitor';
const KEY = 'key';

interface Links {
  clock: Clock;
  hashUser(tenant: string, user: string): string | Promise<string>;
  opinion(given: SentRating): Promise<RatingReply>;
  figures(figures: SentFigures, tenant: string): Promise<boolean>;
}

/** One per isolate. */
export class ClientReportStore implements ClientReports {
  readonly #links: Links;
  readonly #waiting = new UnderWay(LONGEST_WAIT_MS);

  constructor(links: Links) {
    this.#links = links;
  }

  async feedback(feedback: Feedback, rater: Rater, background: Background): Promise<boolean> {
    const rating = await this.#ratingOf(feedback, rater);
    const reply = await callBook(() => this.#links.opinion(rating), this.#links.clock);
    const now = this.#links.clock.now();
    const mayCome = (timeOfUuidV7(feedback.requestId) ?? 0) > now - LONGEST_WAY_MS;
    if (reply === 'unknown' && mayCome && this.#waiting.countAt(now) < MOST_WAITING)
      background(this.#tellAgain(rating));
    return reply !== undefined && reply !== 'busy';
  }

  async figures(figures: SentFigures, tenant: string): Promise<boolean> {
    return (await callBook(() => this.#links.figures(figures, tenant), this.#links.clock)) !== undefined;
  }

  async #ratingOf({ rater, ...said }: Feedback, { tenant, kind }: Rater): Promise<SentRating> {
    const isVouched = kind !== 'publishable';
    const named = rater === null || !isVouched ? undefined : await this.#links.hashUser(tenant, rater);
    const ofUser = kind === 'token' ? named : undefined;
    return { ...said, tenant, isVouched, rater: named ?? (isVouched ? KEY : VISITOR), ofUser };
  }

  async #tellAgain(rating: SentRating): Promise<void> {
    this.#waiting.begin(rating, this.#links.clock.now());
    for (const waitMs of WAITS_MS) {
      await pause(waitMs, this.#links.clock);
      const reply = await callBook(() => this.#links.opinion(rating), this.#links.clock);
      if (reply === 'taken' || reply === 'refused') break;
    }
    this.#waiting.end(rating);
  }
}
