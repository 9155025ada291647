/** Background Sync, where the browser has it: it only wakes this worker, and holds nothing. */

interface SyncManager {
  register(tag: string): Promise<void>;
}

export interface SyncEvent extends ExtendableEvent {
  tag: string;
}

export const syncTag = (router: string): string => `carryon outbox ${router}`;

/** Not to be had in a private window, or without an open tab: then the pages' own signs of a network have to do. */
export async function wakeLater(registration: ServiceWorkerRegistration, router: string): Promise<void> {
  const { sync } = registration as { sync?: SyncManager };
  await sync?.register(syncTag(router)).catch(() => {});
}
