/** `travel.notes`: calls to the worker on behalf of the person that the page has named. */
import { isNoteName, type NoteMessage, type TravelReplies } from '../../protocol/travel-messages.ts';
import type { TravelNotes } from '../../public/travel.d.ts';

type NoteReply = TravelReplies['note-list'] & TravelReplies['note-get'];
/** Asks the worker. Undefined if there is no worker, or if it could not do what was asked. */
type Ask = (message: NoteMessage) => Promise<Partial<NoteReply> | undefined>;

/** Each call is for the person who is named at the moment of the call, even if the page then names another. */
export function pageNotes(person: () => string | null, ask: Ask): TravelNotes {
  const named = async (work: (person: string) => NoteMessage): Promise<Partial<NoteReply> | undefined> => {
    const asking = person();
    return asking === null ? undefined : ask(work(asking));
  };
  return {
    async list(prefix) {
      checkText('list', 'prefix', prefix);
      return (await named((of) => ({ kind: 'note-list', person: of, prefix })))?.notes ?? [];
    },
    async get(name) {
      checkName('get', name);
      return (await named((of) => ({ kind: 'note-get', person: of, name })))?.text;
    },
    async put(name, text) {
      checkName('put', name);
      checkText('put', 'text', text);
      return (await named((of) => ({ kind: 'note-put', person: of, name, text }))) !== undefined;
    },
    async delete(name) {
      checkName('delete', name);
      await named((of) => ({ kind: 'note-delete', person: of, name }));
    },
  };
}

function checkName(member: string, name: unknown): void {
  if (!isNoteName(name)) throw new TypeError(`notes.${member}: the name is a string of 1 to 200 characters.`);
}

function checkText(member: string, what: string, text: unknown): void {
  if (typeof text !== 'string') throw new TypeError(`notes.${member}: the ${what} is a string.`);
}
