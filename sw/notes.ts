/** Replies to the messages in which pages read and change their notes. */
import type { NoteMessage } from '../protocol/travel-messages.ts';
import { DONE, type Later, NO_PERSON, NOT_FOUND, type Reply } from './reply.ts';
import type { Person, Store, Tab } from './store/store.ts';

/** Tells the person's tabs that a note has changed, except the tab that changed it. */
type Tell = (name: string, person: Person, except: string) => Promise<void>;
type NoteStore = Pick<Store, 'tab' | 'notes' | 'note' | 'putNote' | 'deleteNote'>;

/** Handles one message at a time. If a page puts one name twice, the later text stays even if sealing the first takes longer. */
export class Notes {
  readonly #store: NoteStore;
  readonly #tell: Tell;
  #before: Promise<unknown> = Promise.resolve();

  constructor(store: NoteStore, tell: Tell) {
    this.#store = store;
    this.#tell = tell;
  }

  reply(message: NoteMessage, clientId: string, later: Later): Promise<Reply> {
    // The tab is read at once, because it may name another person while this message waits.
    const replied = Promise.all([this.#store.tab(clientId), this.#before]).then(([tab]) =>
      this.#replyTo(message, tab, clientId, later),
    );
    this.#before = replied.catch(() => {});
    return replied;
  }

  async #replyTo(message: NoteMessage, tab: Tab | undefined, clientId: string, later: Later): Promise<Reply> {
    const person = tab?.person ?? null;
    if (person === null || person.name !== message.person) return NO_PERSON;
    switch (message.kind) {
      case 'note-list':
        return { ok: true, notes: await this.#store.notes(person, message.prefix) };
      case 'note-get': {
        const text = await this.#store.note(person, message.name);
        return text === undefined ? NOT_FOUND : { ok: true, text };
      }
      case 'note-put': {
        const result = await this.#store.putNote(person, message.name, message.text);
        if (result !== 'kept') return { ok: false, code: result };
        break;
      }
      case 'note-delete':
        await this.#store.deleteNote(person, message.name);
    }
    later(this.#tell(message.name, person, clientId));
    return DONE;
  }
}
