/** What pages ask their worker, and what it replies. */
import type { PageMessage, TravelReplies, TravelReply } from '../protocol/travel-messages.ts';
import type { Shell } from './shell.ts';
import type { Person } from './store/store.ts';

type Asking = Exclude<PageMessage, { kind: 'ping' | 'take-over' }>;
type Reply = TravelReply<keyof TravelReplies>;

const DONE: Reply = { ok: true };
const NOBODY: Reply = { ok: false, code: 'no_person' };

/** `later`: goes on behind the reply, and keeps the worker alive meanwhile. */
export async function replyTo(
  shell: Shell,
  message: Asking,
  clientId: string,
  later: (work: Promise<unknown>) => void,
): Promise<Reply> {
  const { tabs, store, router } = shell;
  switch (message.kind) {
    case 'hello': {
      const { person, visitor } = await store.nameTab(clientId, message.person);
      if (person !== null) later(featuresFor(shell, person, clientId));
      const [mode, clockOffsetMs] = await Promise.all([store.mode(), store.clockOffsetMs()]);
      return { ok: true, router, visitor, mode, connection: tabs.connection, clockOffsetMs, waiting: 0 };
    }
    case 'mode':
      await store.setMode(message.mode);
      await tabs.tell('mode', { mode: message.mode }, 'all');
      return { ok: true, mode: message.mode };
    case 'streams':
      return { ok: true, open: tabs.openStreams };
    case 'flush':
      return DONE;
    case 'features-wanted':
    case 'queue':
    case 'cancel':
    case 'send-now':
    case 'answer':
    case 'usage':
    case 'clear':
    case 'sign-out': {
      const person = (await store.tab(clientId))?.person ?? null;
      return person === null ? NOBODY : replyToPerson(shell, message, person, clientId);
    }
  }
}

async function replyToPerson(shell: Shell, message: Asking, person: Person, clientId: string): Promise<Reply> {
  const { store, tabs } = shell;
  switch (message.kind) {
    case 'features-wanted':
      await featuresFor(shell, person, clientId);
      return DONE;
    case 'usage':
      return { ok: true, ...(await store.usage(person)) };
    case 'clear':
      await store.clear(person);
      return DONE;
    case 'sign-out':
      await store.signOut(person);
      await tabs.tell('signed-out', { person: person.name }, 'all');
      return DONE;
    default:
      return { ok: false, code: 'not_found' };
  }
}

/** With a token of the tab that has just named its person. */
const featuresFor = (shell: Shell, person: Person, clientId: string): Promise<void> =>
  shell.features.refresh(person, async () => {
    const token = await shell.tabs.token(person, clientId);
    return token === null ? undefined : new Headers({ authorization: `Bearer ${token}` });
  });
