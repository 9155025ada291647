/** The whole worker: its parts, and what is built from them. */
import type { Notes } from './notes.ts';
import type { Outbox } from './outbox.ts';
import type { Parts } from './parts.ts';

export interface TravelWorker extends Parts {
  outbox: Outbox;
  notes: Notes;
}
