/** Names of `AnswerStream` objects, and what is found under the names from the old secret. */
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type KeyedOpen,
  NOTE_HEADER,
  noteText,
  type OpenMessage,
  readNote,
} from '../../worker/core/answers/stream/messages.ts';
import { AnswerStreamStore } from '../../worker/stores/answer-stream-store.ts';
import { hex, sha256 } from '../../worker/stores/digest.ts';

/** Objects that know their key once they have been opened; each call recorded as `name what`. */
let known: Set<string>;
let calls: string[];
let isBroken: (name: string) => boolean;
const namespace = {
  idFromName: (name: string) => name,
  get: (name: string) => ({
    fetch: async (url: string, { body }: { body: string }) => {
      const message = JSON.parse(body) as Partial<KeyedOpen>;
      const what = `${url.split('/').pop()}${message.onlyKnown ? ' what is known' : ''}`;
      calls.push(`${name} ${what}`);
      if (isBroken(name)) throw new Error('broken');
      const role = known.has(name) ? 'replayed' : message.onlyKnown ? 'unknown' : 'started';
      if (what === 'whole' || what === 'took') return new Response(null, { status: known.has(name) ? 200 : 404 });
      if (role === 'started') known.add(name);
      return new Response(null, { headers: { [NOTE_HEADER]: noteText({ role, head: {} }) } });
    },
  }),
} as unknown as DurableObjectNamespace;
const namespaces = { keyed: namespace, shared: namespace };

const keyed = { kind: 'keyed', job: { chat: 'long' } } as unknown as OpenMessage;
const { signal } = new AbortController();
const roleOf = async (opened: Promise<Response>) => readNote((await opened).headers.get(NOTE_HEADER)).role;
const nameOf = async (secret: string, subject: string) => {
  calls = [];
  await new AnswerStreamStore(namespaces, secret).whole(subject, 'keyed');
  return calls.pop()?.split(' ')[0] ?? '';
};

beforeEach(() => {
  known = new Set();
  calls = [];
  isBroken = () => false;
});

describe('a name', () => {
  it('is made of the subject and the secret: it changes with each, and without the secret nobody can tell it', async () => {
    const name = await nameOf('secret', 'subject');
    expect(name).toMatch(/^[0-9a-f]{64}$/);
    expect(await nameOf('secret', 'subject')).toBe(name);
    expect(await nameOf('secret', 'subject2')).not.toBe(name);
    expect(await nameOf('secret2', 'subject')).not.toBe(name);
    expect(name).not.toBe(hex(await sha256('subject')));
  });
});

describe('while KEY_SECRET_OLD is set', () => {
  const before = new AnswerStreamStore(namespaces, 'old');
  const rotated = () => new AnswerStreamStore(namespaces, 'new', 'old');

  it('a key that was used under it runs nothing again', async () => {
    expect(await roleOf(before.open('a', keyed, signal))).toBe('started');
    const oldName = await nameOf('old', 'a');
    calls = [];
    expect(await roleOf(rotated().open('a', keyed, signal))).toBe('replayed');
    expect(calls).toEqual([`${oldName} open what is known`]);
    expect((await rotated().whole('a', 'keyed'))?.status).toBe(200);
  });

  it('the record of a call is its old object’s, where that gives the answer', async () => {
    await before.open('e', keyed, signal);
    expect(await rotated().hasTaken('e', 'keyed', 'request')).toBe(true);
    expect(await rotated().hasTaken('e', 'shared', 'request')).toBe(false);
    expect(await rotated().hasTaken('f', 'keyed', 'request')).toBe(false);
  });

  it('a new key is looked for under the old name before it runs under the new one, once for all who send it', async () => {
    const [oldName, newName] = [await nameOf('old', 'b'), await nameOf('new', 'b')];
    calls = [];
    const roles = await Promise.all(Array.from({ length: 3 }, () => roleOf(rotated().open('b', keyed, signal))));
    expect(roles.toSorted()).toEqual(['replayed', 'replayed', 'started']);
    expect(calls.slice(0, 3)).toEqual(Array(3).fill(`${oldName} open what is known`));
    expect(calls.slice(3)).toEqual(Array(3).fill(`${newName} open`));
    expect(known).toEqual(new Set([newName]));
  });

  it('nothing runs where the old object cannot be asked', async () => {
    const oldName = await nameOf('old', 'c');
    isBroken = (name) => name === oldName;
    await expect(rotated().open('c', keyed, signal)).rejects.toThrow();
    expect(known.size).toBe(0);
  });

  it('a shared question, which nobody remembers, is not looked for', async () => {
    const shared = { ...keyed, kind: 'shared' } as OpenMessage;
    expect(await roleOf(rotated().open('d', shared, signal))).toBe('started');
    expect(calls).toEqual([`${await nameOf('new', 'd')} open`].slice(0, 1));
  });
});
