import { beforeEach, describe, expect, it } from 'vitest';
import type { Note, NoteMessage } from '../../../protocol/travel-messages.ts';
import { Notes } from '../../../sw/notes.ts';
import type { KeepResult, Person, Tab } from '../../../sw/store/store.ts';

const personOf = (name: string) => ({ name, part: `part of ${name}` }) as Person;
const tabOf = (name: string): Tab => ({ person: personOf(name), visitor: 'visitor' });

let named: Map<string, Tab>;
let kept: Map<string, string>;
let told: unknown[];
/** The store's next writes finish when they are released, in any order. */
let held: (() => void)[] | undefined;
let result: KeepResult;

beforeEach(() => {
  named = new Map([
    ['tab 1', tabOf('ana')],
    ['tab 2', tabOf('bo')],
    ['tab 3', { person: null, visitor: 'visitor' }],
  ]);
  kept = new Map();
  told = [];
  held = undefined;
  result = 'kept';
});

const key = (person: Person, name: string) => `${person.name}: ${name}`;
const store = {
  tab: async (clientId: string) => named.get(clientId),
  notes: async (): Promise<Note[]> => [...kept].map(([name, text]) => ({ name, text, changedAt: 1 })),
  note: async (person: Person, name: string) => kept.get(key(person, name)),
  async putNote(person: Person, name: string, text: string) {
    await new Promise<void>((resolve) => {
      if (held === undefined) resolve();
      else held.push(resolve);
    });
    if (text === 'a bug') throw new Error('a bug');
    if (result === 'kept') kept.set(key(person, name), text);
    return result;
  },
  async deleteNote(person: Person, name: string) {
    kept.delete(key(person, name));
  },
};
const opened = () => {
  const notes = new Notes(store, async (name, { name: person }, except) => void told.push({ name, person, except }));
  return (message: NoteMessage, clientId = 'tab 1') => notes.reply(message, clientId, () => {});
};
const put = (text: string, person = 'ana'): NoteMessage => ({ kind: 'note-put', person, name: 'n', text });
const get = (person = 'ana'): NoteMessage => ({ kind: 'note-get', person, name: 'n' });

describe('notes', () => {
  it('are done in the order they come: the later put stays, and a get sees the put before it', async () => {
    const reply = opened();
    held = [];
    const replies = [reply(put('first')), reply(put('second')), reply(get())];
    await expect.poll(() => held?.length).toBe(1);
    held.shift()?.();
    await expect.poll(() => held?.length).toBe(1);
    held.shift()?.();
    expect(await Promise.all(replies)).toEqual([{ ok: true }, { ok: true }, { ok: true, text: 'second' }]);
  });

  it('go on behind one that failed', async () => {
    const reply = opened();
    const broken = reply(put('a bug'));
    const next = reply(put('text'));
    await expect(broken).rejects.toThrow('a bug');
    expect(await next).toEqual({ ok: true });
  });

  it.each([
    ['of a tab that has named another person', put('text', 'bo'), 'tab 1'],
    ['of a tab that has named nobody', put('text'), 'tab 3'],
    ['of a tab that the worker does not know', get(), 'tab 4'],
    ['of another person’s tab', { kind: 'note-delete', person: 'ana', name: 'n' } as const, 'tab 2'],
    ['of another person’s tab, as a list', { kind: 'note-list', person: 'ana', prefix: '' } as const, 'tab 2'],
  ])('%s are not done', async (_, message, clientId) => {
    const reply = opened();
    kept.set('ana: n', 'of ana');
    expect(await reply(message, clientId)).toEqual({ ok: false, code: 'no_person' });
    expect([...kept]).toEqual([['ana: n', 'of ana']]);
    expect(told).toEqual([]);
  });

  it('belong to the person that the tab had named when they came, though it names another while they wait', async () => {
    const reply = opened();
    held = [];
    const replies = [reply(put('first')), reply(put('second'))];
    await expect.poll(() => held?.length).toBe(1);
    named.set('tab 1', tabOf('bo'));
    held.shift()?.();
    await expect.poll(() => held?.length).toBe(1);
    held.shift()?.();
    expect(await Promise.all(replies)).toEqual([{ ok: true }, { ok: true }]);
    expect([...kept]).toEqual([['ana: n', 'second']]);
  });

  it('are announced to the person’s other tabs where they were put or deleted, and only then', async () => {
    const reply = opened();
    await reply(put('text'));
    await reply({ kind: 'note-delete', person: 'ana', name: 'n' });
    const news = { name: 'n', person: 'ana', except: 'tab 1' };
    expect(told).toEqual([news, news]);
    await reply(get());
    for (result of ['full', 'gone'] as const) expect(await reply(put('text'))).toEqual({ ok: false, code: result });
    expect(told).toHaveLength(2);
  });
});
