/** Background Sync, if the browser has it. It only wakes this worker. It stores nothing. */

interface SyncManager {
  register(tag: string): Promise<void>;
}

export interface SyncEvent extends ExtendableEvent {
  tag: string;
}

export const syncTag = (router: string): string => `carryon outbox ${router}`;

/** Registration fails in a private window and without an open tab. Then only a page's own signs of a network wake the worker. */
export async function wakeLater(registration: ServiceWorkerRegistration, router: string): Promise<void> {
  const { sync } = registration as { sync?: SyncManager };
  await sync?.register(syncTag(router)).catch(() => {});
}
