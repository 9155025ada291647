import { DurableObject } from 'cloudflare:workers';
import type { Clock } from '../../core/clock.ts';
import type { Flush } from '../../core/slo/flush.ts';
import { Sources } from '../../core/slo/sources.ts';
import { Journal } from './journal.ts';
import { Snapshots } from './snapshot.ts';

/** What the book needs from outside. */
export interface SloBookDeps {
  clock: Pick<Clock, 'now'>;
}

/** So many rows of the journal are read again when the object wakes, at most. */
const SNAPSHOT_AFTER = 64;

/** What is in memory of the rows. */
interface Memory {
  journal: Journal;
  sources: Sources;
  /** The last row of the journal that the snapshot holds. */
  through: number;
}

/**
 * What became of requests, for all isolates. The journal is the truth: a flush is one row of it, written before it is
 * acknowledged, and everything else is worked out from the rows. A call is one synchronous turn.
 */
export class SloBook extends DurableObject<unknown> {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #snapshots: Snapshots;
  /** Undefined when the next call has to read the rows. */
  #memory: Memory | undefined;

  constructor(state: DurableObjectState, env: unknown, deps: SloBookDeps) {
    super(state, env);
    this.#clock = deps.clock;
    this.#snapshots = new Snapshots(state.storage.sql);
  }

  /** Takes a batch of records over. `counted`: false for a repetition, which changes nothing. */
  record({ source, seq, sentAt, body }: Flush): { counted: boolean } {
    return this.#turn((memory, now) => {
      const { journal, sources } = memory;
      if (!sources.take(source, seq, now)) return { counted: false };
      journal.add({ source, seq, sentAt, body }, now);
      if (journal.newest - memory.through >= SNAPSHOT_AFTER) this.#takeSnapshot(memory);
      return { counted: true };
    });
  }

  #takeSnapshot(memory: Memory): void {
    memory.through = memory.journal.newest;
    this.#snapshots.write({ through: memory.through, sources: memory.sources.all() });
  }

  // If anything throws, the memory is forgotten together with what could not be saved.
  #turn<Reply>(decide: (memory: Memory, now: number) => Reply): Reply {
    const memory = this.#memory ?? this.#load();
    this.#memory = undefined;
    const reply = this.ctx.storage.transactionSync(() => decide(memory, this.#clock.now()));
    this.#memory = memory;
    return reply;
  }

  #load(): Memory {
    const journal = new Journal(this.ctx.storage.sql);
    const { through, sources } = this.#snapshots.head();
    const known = new Sources(sources);
    for (const { source, seq, at } of journal.sourcesAfter(through)) known.take(source, seq, at);
    return { journal, sources: known, through };
  }
}
