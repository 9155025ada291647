/** What pages ask their worker, and what it replies. */
import type { PageMessage, QueuedQuestion } from '../protocol/travel-messages.ts';
import type { QueuedRow } from './core/outbox.ts';
import { DONE, type Later, NO_PERSON, NOT_FOUND, type Reply } from './reply.ts';
import { isRouterThere } from './send.ts';
import type { Person } from './store/store.ts';
import { ALL_TABS } from './tabs-talk.ts';
import type { TravelWorker } from './travel-worker.ts';

type Asking = Exclude<PageMessage, { kind: 'take-over' }>;
export async function replyTo(worker: TravelWorker, message: Asking, clientId: string, later: Later): Promise<Reply> {
  const { tabs, store, router, outbox } = worker;
  switch (message.kind) {
    case 'hello': {
      const { person, visitor } = await store.nameTab(clientId, message.person);
      if (person !== null) later(featuresFor(worker, person, clientId));
      const mode = await store.mode();
      const waiting = person === null ? 0 : await outbox.opened(person);
      if (waiting > 0) later(outbox.flush());
      return { ok: true, router, visitor, mode, connection: tabs.connection, waiting };
    }
    case 'mode':
      await store.setMode(message.mode);
      await tabs.tell('mode', { mode: message.mode }, ALL_TABS);
      return { ok: true, mode: message.mode };
    case 'streams':
      return { ok: true, open: tabs.openStreams };
    case 'flush':
      later(retry(worker));
      return DONE;
    case 'ping':
      return { ok: true, open: tabs.streamsOf(clientId) };
    case 'note-list':
    case 'note-get':
    case 'note-put':
    case 'note-delete':
      return worker.notes.reply(message, clientId, later);
    case 'queue':
    case 'cancel':
    case 'send-now':
    case 'answer':
    case 'usage':
    case 'clear':
    case 'sign-out': {
      const named = (await store.tab(clientId))?.person ?? null;
      // The tab may have named another person meanwhile. The message says who signs out.
      const isNamed = message.kind !== 'sign-out' || named?.name === message.person;
      const person = isNamed ? named : await store.person(message.person);
      return person === null ? NO_PERSON : replyToPerson(worker, message, person, clientId, later);
    }
  }
}

/**
 * Tries again, because the network may be back. Pages ask for this while something waits, or while they show that the router is
 * unreachable.
 */
async function retry({ outbox, tabs, platform, router }: TravelWorker): Promise<void> {
  await outbox.flush();
  if (tabs.connection !== 'online' && platform.isOnline()) tabs.reached(await isRouterThere(platform, router));
}

async function replyToPerson(
  worker: TravelWorker,
  message: Asking,
  person: Person,
  clientId: string,
  later: Later,
): Promise<Reply> {
  const { store, tabs, outbox } = worker;
  switch (message.kind) {
    case 'queue':
      return { ok: true, questions: (await outbox.list(person)).map(shownQuestion) };
    case 'cancel':
      return (await outbox.cancel(person, message.id)) ? DONE : NOT_FOUND;
    case 'send-now': {
      const id = await outbox.sendNow(person, message.id);
      later(outbox.flush());
      return id === undefined ? NOT_FOUND : { ok: true, id };
    }
    case 'answer': {
      const answer = await outbox.answer(person, message.id);
      return answer === undefined ? NOT_FOUND : { ok: true, status: 200, ...answer };
    }
    case 'usage':
      return { ok: true, ...(await store.usage(person)) };
    case 'clear': {
      outbox.leave(person);
      const notes = await store.clear(person);
      const renewed = (await store.tab(clientId))?.person ?? null;
      if (renewed === null) return DONE;
      await outbox.changed(renewed);
      for (const name of notes)
        await tabs.tell('note', { name }, { kind: 'person', person: renewed, except: clientId });
      return DONE;
    }
    case 'sign-out': {
      outbox.leave(person);
      const theirs = await store.signOut(person);
      // The page that signs out knows already, and may even have named the same person again.
      for (const tab of theirs ?? [])
        if (tab !== clientId) await tabs.tell('signed-out', { person: person.name }, { kind: 'tab', tab });
      return theirs === null ? { ok: false, code: 'not_deleted' } : DONE;
    }
    default:
      return NOT_FOUND;
  }
}

const shownQuestion = ({ id, askedAt, feature, state, tries, lastError }: QueuedRow): QueuedQuestion => ({
  id,
  askedAt,
  feature,
  state,
  tries,
  lastError,
});

/** Reads the person's features with a token of the tab that has just named this person. */
const featuresFor = (worker: TravelWorker, person: Person, clientId: string): Promise<void> =>
  worker.features.refresh(person, async () => {
    const token = await worker.tabs.token(person, clientId);
    return token === null ? undefined : new Headers({ authorization: `Bearer ${token}` });
  });
