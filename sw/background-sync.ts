/** Background Sync, if the browser has it: it only wakes this worker, and stores nothing. */

interface SyncManager {
  register(tag: string): Promise<void>;
}

export interface SyncEvent extends ExtendableEvent {
  tag: string;
}

export const syncTag = (router: string): string => `carryon outbox ${router}`;

/** Not available in a private window, or without an open tab: then the pages' own signs of a network must suffice. */
export async function wakeLater(registration: ServiceWorkerRegistration, router: string): Promise<void> {
  const { sync } = registration as { sync?: SyncManager };
  await sync?.register(syncTag(router)).catch(() => {});
}
