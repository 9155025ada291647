/** The overrides of a `HealthBoard`: loaded, changed, saved and published. */
import type { Clock } from '../../core/clock.ts';
import { type OverrideChange, withoutEnded } from '../../core/routing/override-changes.ts';
import type { Overrides } from '../../core/routing/overrides.ts';
import type { BoardPublisher } from './publisher.ts';
import type { HealthRows } from './rows.ts';

/** Each change is one synchronous turn. */
export class KeptOverrides {
  readonly #rows: HealthRows;
  readonly #publisher: BoardPublisher;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(rows: HealthRows, publisher: BoardPublisher, clock: Pick<Clock, 'now'>) {
    this.#rows = rows;
    this.#publisher = publisher;
    this.#clock = clock;
  }

  /** The overrides in force. */
  current(): Overrides {
    return withoutEnded(this.#rows.overrides(), this.#clock.now());
  }

  /** Saves a change in SQLite before the reply. The alarm writes it to KV. */
  change(decide: (overrides: Overrides, now: number) => OverrideChange): OverrideChange {
    const before = this.#rows.overrides();
    const change = decide(before, this.#clock.now());
    if (change.overrides.version > before.version) {
      this.#rows.saveOverrides(change.overrides);
      this.#publisher.publishSoon();
    }
    return change;
  }
}
