/** What the parts of the worker share: its router, its rim, its store, and its tabs. */
import type { FeatureFacts } from './features.ts';
import type { Notes } from './notes.ts';
import type { Outbox } from './outbox.ts';
import type { Reports } from './reports.ts';
import type { Rim } from './rim.ts';
import type { Store } from './store/store.ts';
import type { Tabs } from './tabs-talk.ts';

export interface Shell {
  /** The router's origin. */
  router: string;
  rim: Rim;
  store: Store;
  tabs: Tabs;
  features: FeatureFacts;
  outbox: Outbox;
  notes: Notes;
  reports: Reports;
}
