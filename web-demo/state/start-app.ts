/** Joins the parts of the page. Nothing here waits for the service worker, so the page can be used before it is there. */
import { computed, effect, signal } from '@preact/signals';
import { type Travel, type TravelNotes, travelMode } from '/travel.js';
import type { DemoSettings } from '../core/settings.ts';
import type { Words } from '../words/words.ts';
import type { App } from './app.ts';
import { BudgetLeft } from './budget.ts';
import { Conversations } from './conversations.ts';
import { lineState } from './line.ts';
import { pageNotes } from './notes.ts';
import { plugs } from './plugs.ts';
import { browserPorts, type Ports } from './ports.ts';
import { promiseNews } from './promise-news.ts';
import { Queue } from './queue.ts';
import { isOtherPerson, loadSettings, Memory } from './settings.ts';
import { type SignedIn, signIn } from './sign-in.ts';
import { SpentToday } from './spent.ts';
import { TalkState } from './talk.ts';
import { DEMO_WORKER } from './trusted-types.ts';
import { pullWifi, wifiOff } from './wifi.ts';

export async function startApp(words: Words): Promise<App> {
  const rim = browserPorts();
  const memory = new Memory(() => localStorage);
  const readSettings = () => loadSettings(rim, memory);
  const isFirstVisit = memory.settings() === undefined;
  const settings = await firstSettings(memory, readSettings);
  const newPerson = () => [rim.newId(), rim.newId()].join('').slice(0, 32);
  const signedIn = signIn({ ports: rim, settings, memory, newPerson, readSettings, onOtherPerson: startAnew });
  const travel = signedIn.then(({ person, token }) =>
    // The worker does not say whether its last token was refused, and it asks rarely, so it always gets a new one.
    travelMode({ worker: DEMO_WORKER, person, getToken: () => token(true) }),
  );
  const token: SignedIn['token'] = async (isRefused) => (await signedIn).token(isRefused);

  const notes = pageNotes(notesOf(travel), rim.now);
  const ports: Ports & { notes: typeof notes } = { ...rim, notes };
  const conversations = new Conversations(ports);
  const spent = new SpentToday(ports);
  const queue = new Queue({ ports, travel, conversations, spent });
  const talk = new TalkState({
    ports,
    travel,
    token,
    conversations,
    queue,
    spent,
    words: words.exported,
    address: hashAddress,
    isFirstVisit,
  });
  const { isResuming } = talk;
  const line = lineState({ travel, queue, isResuming, onVisible, reload: () => location.reload() });
  const plugged = plugs({ ports, settings, token, wifi: { wifiOff, pullWifi }, readSettings, onVisible });
  const budget = new BudgetLeft(ports, token);
  // The budget is read after each answer, and after the budget itself has changed.
  effect(() => {
    talk.last.value;
    plugged.isOneCent.value;
    budget.readSoon();
  });
  onVisible(() => budget.readSoon());
  const news = promiseNews({
    ports,
    isWorthIt: () => document.visibilityState === 'visible' && line.connection.value === 'online',
    onVisible,
  });
  const name = signal<string | null>(null);

  void load();
  watchPage();
  return {
    ...{ words, talk, line, plugs: plugged, news },
    session: { settings, name: computed(() => name.value), spentTodayUsd: spent.usd, budget: budget.budget, signOut },
  };

  async function load(): Promise<void> {
    const { person, name: shown } = await signedIn;
    name.value = shown ?? (person === null ? null : words.foot.guest);
    const ready = await travel;
    ready.addEventListener('note', (event) => void talk.noteChanged(event.detail.name));
    await Promise.all([talk.load(), spent.load(), plugged.load()]);
  }

  function watchPage(): void {
    addEventListener('pagehide', () => talk.saveDraft());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') talk.saveDraft();
    });
    addEventListener('storage', (event) => {
      if (isOtherPerson(event)) startAnew();
    });
  }

  async function signOut(): Promise<void> {
    await (await travel).signOut();
    memory.forget();
    startAnew();
  }
}

/** The last visit's settings, so that the page starts at once and also offline. New settings apply from the next visit on. */
async function firstSettings(memory: Memory, read: () => Promise<DemoSettings | undefined>): Promise<DemoSettings> {
  const known = memory.settings();
  const reading = read();
  if (known !== undefined && known.signIn !== 'off') return known;
  return (await reading) ?? { signIn: 'off', because: 'unreachable' };
}

const notesOf = (travel: Promise<Travel>): TravelNotes => ({
  list: async (prefix) => (await travel).notes.list(prefix),
  get: async (name) => (await travel).notes.get(name),
  put: async (name, text) => (await travel).notes.put(name, text),
  delete: async (name) => (await travel).notes.delete(name),
});

function onVisible(listener: () => void): void {
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') listener();
  });
}

/** The part of the address after `#`, which no server sees. */
const hashAddress = {
  get: () => /^#([0-9a-f]{24})$/.exec(location.hash)?.[1],
  set: (id: string) => history.replaceState(null, '', `#${id}`),
};

/** Reloads the page without the conversation in its address. */
function startAnew(): void {
  history.replaceState(null, '', location.pathname);
  location.reload();
}
