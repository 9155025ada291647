import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { type BrowserKind, findChromium } from './find-chromium.ts';

/** What Chromium asks of its maker's servers would only disturb; the sandbox does not start as root, as in a container. */
const launchOptions = (kind: BrowserKind) => ({
  executablePath: findChromium(process.env, kind),
  chromiumSandbox: process.getuid?.() !== 0,
  args: ['--disable-background-networking', '--disable-component-update', '--disable-dev-shm-usage'],
});

/** `whole`: where the shell is not enough. It has no Background Sync of its own. */
export const launchBrowser = (kind: BrowserKind = 'shell'): Promise<Browser> => chromium.launch(launchOptions(kind));

/** A profile on disk, which outlives the browser. */
export interface Profile {
  /** Of the running browser. */
  context: BrowserContext;
  /** Ends the browser as a person does, and starts it again on the same profile. */
  restart(): Promise<BrowserContext>;
  /** Whether the running browser has this text of a page's `localStorage` on the disk, which it writes seconds later. */
  hasStored(text: string): Promise<boolean>;
  /** Ends the browser, and gives the files that hold one of these texts, in whichever encoding browsers write it. */
  search(...texts: string[]): Promise<string[]>;
  close(): Promise<void>;
}

export async function openProfile(): Promise<Profile> {
  const directory = await mkdtemp(join(tmpdir(), 'carryon-profile-'));
  const open = () => chromium.launchPersistentContext(directory, launchOptions('shell'));
  const profile: Profile = {
    context: await open(),
    async restart() {
      await profile.context.close();
      profile.context = await open();
      return profile.context;
    },
    hasStored: async (text) => (await filesWith(directory, [text])).some((path) => path.includes('Local Storage')),
    async search(...texts) {
      await profile.context.close();
      return filesWith(directory, texts);
    },
    async close() {
      await profile.context.close();
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return profile;
}

async function filesWith(directory: string, texts: readonly string[]): Promise<string[]> {
  const needles = texts.flatMap((text) => [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')]);
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  const found: string[] = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    // A running browser also takes files away.
    const contents = await readFile(path).catch(() => Buffer.alloc(0));
    if (needles.some((needle) => contents.includes(needle))) found.push(path.slice(directory.length + 1));
  }
  return found;
}

/** Ends all service workers of the browser, as the browser itself does to idle ones. They start again when they are needed. */
export async function killWorkers(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('ServiceWorker.enable');
  await session.send('ServiceWorker.stopAllWorkers');
  await session.detach();
}

/** Fires Background Sync at the page's worker, whether `tag` was registered or not. Nothing is delivered while the context is offline. */
export async function dispatchSync(page: Page, tag: string, lastChance = false): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  const registered = new Promise<string>((resolve) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const own = registrations.find(({ scopeURL, isDeleted }) => !isDeleted && scopeURL.startsWith(origin));
      if (own !== undefined) resolve(own.registrationId);
    });
  });
  await session.send('ServiceWorker.enable');
  await session.send('ServiceWorker.dispatchSyncEvent', { origin, registrationId: await registered, tag, lastChance });
  await session.detach();
}
