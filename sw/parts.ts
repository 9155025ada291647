/** What every part of the worker may use: the router, the platform, the store and the tabs. */
import type { FeatureFacts } from './features.ts';
import type { Platform } from './platform.ts';
import type { Reports } from './reports.ts';
import type { Store } from './store/store.ts';
import type { Tabs } from './tabs-talk.ts';

export interface Parts {
  /** The router's origin. */
  router: string;
  platform: Platform;
  store: Store;
  tabs: Tabs;
  features: FeatureFacts;
  reports: Reports;
}
