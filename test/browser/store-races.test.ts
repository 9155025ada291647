/** The store when several things happen at once, or when a row was damaged. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { openStore } from './support/store-entry.ts';
import { type OpenStorePage, openStorePage } from './support/store-page.ts';

declare const carryon: { openStore: typeof openStore };

let opened: OpenStorePage;
let page: Page;
let number = 0;

beforeAll(async () => {
  opened = await openStorePage();
  ({ page } = opened);
});

beforeEach(() => {
  number += 1;
});

afterAll(() => opened?.close());

const name = () => `test ${number}`;

describe('the person that a tab has named', () => {
  it('is never the former person once another is named, though a question looks meanwhile', async () => {
    const found = await page.evaluate(async (name) => {
      const first = carryon.openStore(name).store;
      await first.person('bo');
      const names: (string | undefined)[] = [];
      for (let turn = 0; turn < 20; turn += 1) {
        await first.nameTab('tab', 'ana');
        // A worker that has just started knows no tab.
        const { store } = carryon.openStore(name);
        await store.mode();
        const early = store.tab('tab');
        const naming = store.nameTab('tab', 'bo');
        const looks: Promise<unknown>[] = [];
        let isNamed = false;
        void naming.then(() => {
          isNamed = true;
        });
        while (!isNamed) {
          looks.push(store.tab('tab').then((tab) => names.push(tab?.person?.name)));
          await Promise.race([naming, new Promise((resolve) => setTimeout(resolve, turn % 3))]);
        }
        // Asked before, so it still belongs to the former person; but that must not be remembered.
        await Promise.all([early, ...looks]);
        names.push((await store.tab('tab'))?.person?.name);
      }
      return [...new Set(names)];
    }, name());
    expect(found).toEqual(['bo']);
  });

  it('is the one that was named last, though the first is new and takes longer', async () => {
    const found = await page.evaluate(async (name) => {
      const { store } = carryon.openStore(name);
      await store.person('bo');
      const names: (string | undefined)[] = [];
      for (let turn = 0; turn < 10; turn += 1) {
        await Promise.all([store.nameTab('tab', `new ${turn}`), store.nameTab('tab', 'bo')]);
        names.push((await store.tab('tab'))?.person?.name);
        names.push((await carryon.openStore(name).store.tab('tab'))?.person?.name);
        await Promise.all([store.nameTab('tab', `other ${turn}`), store.nameTab('tab', null)]);
        names.push((await store.tab('tab'))?.person?.name);
      }
      return [...new Set(names)];
    }, name());
    expect(found).toEqual(['bo', undefined]);
  });

  it('is still that person after a clear() and nobody after a sign-out, though a question reads it meanwhile', async () => {
    const found = await page.evaluate(async (name) => {
      const cleared: (string | undefined)[] = [];
      const signedOut: (string | undefined)[] = [];
      for (let turn = 0; turn < 20; turn += 1) {
        const { store } = carryon.openStore(name);
        const { person } = await store.nameTab('tab', 'ana');
        if (!person) throw new Error('no database');
        const ends = async (work: Promise<unknown>) => {
          let isOver = false;
          void work.then(() => {
            isOver = true;
          });
          const looks: Promise<unknown>[] = [];
          while (!isOver) {
            looks.push(store.tab('tab'));
            await Promise.race([work, new Promise((resolve) => setTimeout(resolve, turn % 3))]);
          }
          await Promise.all(looks);
          return store.tab('tab');
        };
        const renewed = (await ends(store.clear(person)))?.person;
        cleared.push(renewed?.part === person.part ? 'the old part' : renewed?.name);
        const again = await store.person('ana');
        if (again) signedOut.push((await ends(store.signOut(again)))?.person?.name);
      }
      return [[...new Set(cleared)], [...new Set(signedOut)]];
    }, name());
    expect(found).toEqual([['ana'], [undefined]]);
  });
});

describe('the key that a question was sent with', () => {
  it('stays when the answer of an earlier key arrives late', async () => {
    const found = await page.evaluate(async (name) => {
      const { store, clock } = carryon.openStore(name);
      const ana = await store.person('ana');
      if (!ana) throw new Error('no database');
      const kept = { body: '{}', feature: 'chat', generation: 1, storedAt: 1, keepUntil: 9e15 };
      const sent = async (idempotencyKey: string) =>
        (await store.sendingKey(ana, 'key', { idempotencyKey, sentAt: clock.now }, () => true)).idempotencyKey;
      // Two tabs ask the same question under one key; the first has its answer, and asks again.
      const keys = [await sent('first'), await sent('second tab')];
      await store.keep(ana, 'key', kept, 'first');
      keys.push(await sent('second'));
      await store.keep(ana, 'key', kept, 'first');
      keys.push(await sent('third'));
      await store.delivered(ana, 'key', 'first');
      keys.push(await sent('third'));
      const row = { id: 'first', part: ana.part, askedAt: 1, feature: 'chat', state: 'waiting' as const };
      const queued = { ...row, tries: 0, lastError: null, notBefore: 0 };
      const question = { path: '/ai', body: '{}', headers: {}, sentUnder: 'key' };
      await store.enqueue(ana, queued, question, () => true);
      await store.answerQueued(ana, { ...queued, state: 'answered' }, { headers: [], body: '{}' }, 'key', null);
      keys.push(await sent('third'));
      await store.keep(ana, 'key', kept, 'second');
      keys.push(await sent('third'));
      return keys;
    }, name());
    expect(found).toEqual(['first', 'first', 'second', 'second', 'second', 'second', 'third']);
  });
});

describe('a row that is not what was written', () => {
  it.each([
    ['cut short', (bytes: ArrayBuffer) => bytes.slice(0, 3)],
    ['of another kind', () => 'text' as unknown as ArrayBuffer],
    ['gone', () => undefined as unknown as ArrayBuffer],
  ])('holds no answer and no question where its text is %s, and throws nothing', async (_, damage) => {
    const found = await page.evaluate(
      async ({ name, damage }) => {
        const { store } = carryon.openStore(name);
        const ana = await store.person('ana');
        if (!ana) throw new Error('no database');
        const kept = { body: '{}', feature: 'chat', generation: 1, storedAt: 1, keepUntil: 9e15 };
        await store.keep(ana, 'key', kept, 'k');
        const row = { id: 'id', part: ana.part, askedAt: 1, feature: 'chat', state: 'waiting' as const };
        const queued = { ...row, tries: 0, lastError: null, notBefore: 0 };
        await store.enqueue(ana, queued, { path: '/ai', body: '{}', headers: {}, sentUnder: 'key' }, () => true);
        const done = <T>(request: IDBRequest<T>) =>
          new Promise<T>((resolve, reject) => {
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
          });
        const change = new Function(`return ${damage}`)() as (bytes: ArrayBuffer) => ArrayBuffer;
        const database = await done(indexedDB.open(name));
        const answers = database.transaction('answers', 'readwrite').objectStore('answers');
        for (const one of await done(answers.getAll())) await done(answers.put({ ...one, sealed: change(one.sealed) }));
        const outbox = database.transaction('outbox', 'readwrite').objectStore('outbox');
        for (const one of await done(outbox.getAll()))
          await done(outbox.put({ ...one, question: { ...one.question, sealed: change(one.question.sealed) } }));
        database.close();
        return [await store.answer(ana, 'key'), await store.question(ana, 'id')];
      },
      { name: `${name()} ${_}`, damage: String(damage) },
    );
    expect(found).toEqual([undefined, undefined]);
  });
});
