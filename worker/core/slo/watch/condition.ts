/** What the watch looks at, and the conditions that hold at one moment. */
import type { NoticeData } from '../../alerts/notice.ts';
import type { Book } from '../book/book.ts';
import type { RateLimits } from '../metrics/rate-saturation.ts';
import type { Slo } from '../slo.ts';
import type { FiringAlert } from './watch-state.ts';

/** What a look needs. */
export interface WatchInput {
  book: Pick<Book, 'names' | 'series' | 'seriesOf'>;
  slo: Slo;
  limits: RateLimits;
}

/** A condition that holds now. */
export interface Condition extends Omit<FiringAlert, 'since' | 'firedAt' | 'quietSince' | 'text' | 'runbook'> {
  /** The condition fires after it has held at every look for this long. */
  forMs: number;
  /** True if a wider condition holds too, and is sent instead. */
  isCovered: boolean;
  /** The alert's words and figures. Made only when it is sent. */
  tell(): { text: string; data: NoticeData };
}
