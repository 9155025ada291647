/** What is looked at, and what of it holds at one moment. */
import type { NoticeData } from '../../alerts/notice.ts';
import type { Book } from '../book/book.ts';
import type { RateLimits } from '../metrics/rate-saturation.ts';
import type { Slo } from '../slo.ts';
import type { FiringAlert } from './watch-state.ts';

/** What a look needs. */
export interface Watched {
  book: Pick<Book, 'names' | 'series' | 'seriesOf'>;
  slo: Slo;
  limits: RateLimits;
}

/** Something that holds now. */
export interface Condition extends Omit<FiringAlert, 'since' | 'firedAt' | 'quietSince' | 'text' | 'runbook'> {
  /** It fires once it has held for so long at every look. */
  forMs: number;
  /** Something wider holds too, and is sent in its place. */
  isCovered: boolean;
  /** Its words, as a sentence and as figures. Worked out only when it is sent. */
  tell(): { text: string; data: NoticeData };
}
