import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openProfile, type Profile } from './support/browser.ts';
import type { openStore } from './support/store-entry.ts';
import { type StorePage, serveStorePage } from './support/store-page.ts';

declare const carryon: { openStore: typeof openStore };

let profile: Profile;
let page: Page;
let site: StorePage;
let number = 0;

beforeAll(async () => {
  site = await serveStorePage();
  profile = await openProfile();
  page = await profile.context.newPage();
  await page.goto(site.origin);
});

beforeEach(() => {
  number += 1;
});

afterAll(async () => {
  await profile?.close();
  await site?.close();
});

const name = () => `test ${number}`;

describe('answers', () => {
  it('are found again by the same person alone, and by a worker that has restarted', async () => {
    const found = await page.evaluate(async (name) => {
      const { store, clock } = carryon.openStore(name);
      const alice = await store.person('alice');
      const bob = await store.person('bob');
      if (!alice || !bob) throw new Error('no database');
      const key = await store.keyOf(alice, 'question');
      const kept = { body: '{"text":"hello"}', feature: 'chat', generation: 3, storedAt: clock.now, keepUntil: 9e15 };
      const result = await store.keep(alice, key, kept);
      const again = carryon.openStore(name).store;
      const same = await again.person('alice');
      if (!same) throw new Error('no database');
      return {
        result,
        isSameKey: (await again.keyOf(same, 'question')) === key,
        isBobsKey: (await store.keyOf(bob, 'question')) === key,
        alices: await again.answer(same, key),
        bobs: await again.answer(bob, key),
        isKept: kept,
      };
    }, name());
    expect(found).toMatchObject({ result: 'kept', isSameKey: true, isBobsKey: false });
    expect(found.alices).toEqual(found.isKept);
    expect(found.bobs).toBeUndefined();
  });

  it('are 200 at most, the oldest leaves, and usage counts them', async () => {
    const found = await page.evaluate(async (name) => {
      const { store } = carryon.openStore(name);
      const alice = await store.person('alice');
      if (!alice) throw new Error('no database');
      for (let at = 0; at < 203; at += 1)
        await store.keep(alice, `key ${at}`, {
          body: '0123456789',
          feature: 'chat',
          generation: null,
          storedAt: at,
          keepUntil: 1e15,
        });
      const there = [await store.answer(alice, 'key 2'), await store.answer(alice, 'key 3')];
      const tooLarge = await store.keep(alice, 'large', {
        body: 'x'.repeat(256 * 1024 + 1),
        feature: 'chat',
        generation: null,
        storedAt: 1,
        keepUntil: 1e15,
      });
      return { usage: await store.usage(alice), there: there.map((kept) => kept !== undefined), tooLarge };
    }, name());
    expect(found).toEqual({
      usage: { answers: 200, bytes: 2000, queued: 0 },
      there: [false, true],
      tooLarge: 'full',
    });
  });

  it('of an older generation, of a feature that keeps none, or past their time, are forgotten', async () => {
    const found = await page.evaluate(async (name) => {
      const { store, clock } = carryon.openStore(name);
      const alice = await store.person('alice');
      if (!alice) throw new Error('no database');
      const keep = (key: string, feature: string, generation: number | null, keepUntil = clock.now + 1000) =>
        store.keep(alice, key, { body: '{}', feature, generation, storedAt: clock.now, keepUntil });
      await keep('old', 'chat', 1);
      await keep('now', 'chat', 2);
      await keep('unknown', 'chat', null);
      await keep('private', 'secret', 1);
      await keep('other', 'search', 1);
      await keep('past', 'search', 1, clock.now - 1);
      const fact = { resume: true, travelTtlSeconds: 60, generation: 2, alias: 'app/chat' };
      const features = { chat: fact, secret: { ...fact, travelTtlSeconds: 0 } };
      await store.setFeatures(alice, { readAt: clock.now, features, default: null });
      await store.tidy([]);
      const keys = ['old', 'now', 'unknown', 'private', 'other', 'past'];
      const there = await Promise.all(keys.map((key) => store.answer(alice, key)));
      return [keys.filter((_, index) => there[index]), there[2]?.generation, await store.features(alice)];
    }, name());
    expect(found).toEqual([['now', 'unknown', 'other'], 2, expect.objectContaining({ features: expect.anything() })]);
  });
});

describe('a question’s idempotency key', () => {
  it('is used again until its answer is kept or delivered, also by two at once', async () => {
    const found = await page.evaluate(async (name) => {
      const { store } = carryon.openStore(name);
      const alice = await store.person('alice');
      if (!alice) throw new Error('no database');
      const ask = async (fresh: string, reusable = true) =>
        (await store.sendingKey(alice, 'key', { idempotencyKey: fresh, sentAt: 1 }, () => reusable)).idempotencyKey;
      const seen = await Promise.all([ask('a'), ask('b')]);
      seen.push(await ask('c', false), await ask('d'));
      await store.keep(alice, 'key', { body: '{}', feature: 'f', generation: null, storedAt: 1, keepUntil: 2 });
      seen.push(await ask('e'));
      await store.delivered(alice, 'key');
      seen.push(await ask('f'));
      return seen;
    }, name());
    expect(found).toEqual(['a', 'a', 'c', 'c', 'e', 'f']);
  });

  it('stays where it is another one by now than that of the answer', async () => {
    const found = await page.evaluate(async (name) => {
      const { store } = carryon.openStore(name);
      const alice = await store.person('alice');
      if (!alice) throw new Error('no database');
      const ask = async (fresh: string) =>
        (await store.sendingKey(alice, 'key', { idempotencyKey: fresh, sentAt: 1 }, () => true)).idempotencyKey;
      const kept = { body: '{}', feature: 'f', generation: null, storedAt: 1, keepUntil: 2 };
      const seen = [await ask('a')];
      await store.keep(alice, 'key', kept, 'older');
      await store.delivered(alice, 'key', 'older');
      seen.push(await ask('b'));
      await store.keep(alice, 'key', kept, 'a');
      seen.push(await ask('c'));
      return seen;
    }, name());
    expect(found).toEqual(['a', 'a', 'c']);
  });
});

const SECRET = `answer ${crypto.randomUUID()}`;

describe('a queued question that goes again under a new key', () => {
  it('gives that key to a page that asks it meanwhile, and keeps its text', async () => {
    const found = await page.evaluate(async (name) => {
      const { store } = carryon.openStore(name);
      const alice = await store.person('alice');
      if (!alice) throw new Error('no database');
      const row = { part: alice.part, askedAt: 1, feature: 'f', tries: 0, lastError: null, notBefore: 0 } as const;
      const question = { path: '/ai', body: 'text', headers: {}, sentUnder: 'key' };
      await store.enqueue(alice, { ...row, id: 'old', state: 'waiting' }, question, () => true);
      await store.changeQueued(alice, 'old', (known) => ({ ...known, state: 'failed' }));
      await store.requeue(alice, 'old', { ...row, id: 'new', state: 'waiting' });
      return {
        ids: (await store.queued(alice)).map(({ id }) => id),
        text: (await store.question(alice, 'new'))?.body,
        old: await store.question(alice, 'old'),
        key: await store.sendingKey(alice, 'key', { idempotencyKey: 'another', sentAt: 2 }, () => true),
      };
    }, name());
    expect(found).toEqual({ ids: ['new'], text: 'text', old: undefined, key: { idempotencyKey: 'new', sentAt: 1 } });
  });
});

describe('a sign-out', () => {
  it('leaves nothing of the person, stops what is under way, and leaves the others alone', async () => {
    const found = await page.evaluate(
      async ([name, secret]) => {
        const { store, clock } = carryon.openStore(name);
        const alice = (await store.nameTab('tab 1', 'alice')).person;
        const bob = (await store.nameTab('tab 2', 'bob')).person;
        const before = await store.nameTab('tab 3', 'alice');
        if (!alice || !bob) throw new Error('no database');
        const kept = { body: secret, feature: 'chat', generation: 1, storedAt: clock.now, keepUntil: 9e15 };
        const row = { id: 'id', part: alice.part, askedAt: 1, feature: 'f', tries: 0, lastError: null, notBefore: 0 };
        const question = { path: '/ai', body: secret, headers: {}, sentUnder: 'k' };
        await store.keep(alice, 'key', kept);
        await store.keep(bob, 'key', kept);
        await store.enqueue(alice, { ...row, state: 'waiting' }, question, () => true);
        await store.report(alice, { id: 'r', at: 1, kind: 'stale', feature: 'chat', waitedMs: 1 });
        await store.setFeatures(alice, { readAt: 1, features: {}, default: null });
        const late: Promise<unknown>[] = [];
        for (let at = 0; at < 20; at += 1) late.push(store.keep(alice, `late ${at}`, kept));
        const told = await store.signOut(alice);
        late.push(store.keep(alice, 'later', kept));
        late.push(store.enqueue(alice, { ...row, state: 'waiting' }, question, () => true));
        late.push(store.report(alice, { id: 'r', at: 1, kind: 'stale', feature: 'chat', waitedMs: 1 }));
        const results = await Promise.all(late);
        const tab = await store.tab('tab 3');
        const again = await store.person('alice');
        const database = await new Promise<IDBDatabase>((resolve) => {
          const request = indexedDB.open(name);
          request.onsuccess = () => resolve(request.result);
        });
        const left: Record<string, string> = {};
        for (const storeName of database.objectStoreNames)
          await new Promise<void>((resolve) => {
            const request = database.transaction(storeName).objectStore(storeName).getAll();
            request.onsuccess = () => {
              left[storeName] = JSON.stringify(request.result);
              resolve();
            };
          });
        database.close();
        return {
          told: told?.toSorted(),
          last: results.slice(20),
          tabPerson: tab?.person,
          isSameVisitor: tab?.visitor === before.visitor,
          isSamePart: again?.part === alice.part,
          bobs: (await store.answer(bob, 'key'))?.body === secret,
          namesPart: Object.keys(left).filter((key) => left[key]?.includes(alice.part)),
        };
      },
      [name(), SECRET] as const,
    );
    expect(found).toEqual({
      told: ['tab 1', 'tab 3'],
      last: ['gone', 'gone', undefined],
      tabPerson: null,
      isSameVisitor: false,
      isSamePart: false,
      bobs: true,
      namesPart: [],
    });
  });

  it('finds no text on the disk to leave behind', async () => {
    expect(await profile.search('tab 3')).not.toEqual([]);
    expect(await profile.search(SECRET)).toEqual([]);
    page = await (await profile.restart()).newPage();
    await page.goto(site.origin);
  });
});

describe('clear()', () => {
  it('forgets what is kept, keeps the person in all tabs, and lets nothing under way come back', async () => {
    const found = await page.evaluate(async (name) => {
      const { store } = carryon.openStore(name);
      const { person: alice, visitor } = await store.nameTab('tab 1', 'alice');
      if (!alice) throw new Error('no database');
      const kept = { body: '{}', feature: 'chat', generation: 1, storedAt: 1, keepUntil: 9e15 };
      await store.keep(alice, 'key', kept);
      await store.setFeatures(alice, { readAt: 5, features: {}, default: null });
      await store.clear(alice);
      const late = await store.keep(alice, 'key', kept);
      const tab = await store.tab('tab 1');
      if (!tab?.person) throw new Error('the tab has lost its person');
      return {
        late,
        isSameVisitor: tab.visitor === visitor,
        usage: await store.usage(tab.person),
        readAt: (await store.features(tab.person))?.readAt,
        keeps: await store.keep(tab.person, 'key', kept),
      };
    }, name());
    expect(found).toEqual({
      late: 'gone',
      isSameVisitor: true,
      usage: { answers: 0, bytes: 0, queued: 0 },
      readAt: 5,
      keeps: 'kept',
    });
  });
});

describe('a store that cannot store', () => {
  it('finds nothing, names nobody and says so once where a newer build has been here', async () => {
    const found = await page.evaluate(async (name) => {
      await new Promise<void>((resolve) => {
        const request = indexedDB.open(name, 99);
        request.onsuccess = () => {
          request.result.close();
          resolve();
        };
      });
      const { store, clock } = carryon.openStore(name);
      const tab = await store.nameTab('tab', 'alice');
      return {
        person: tab.person,
        visitor: tab.visitor.length,
        again: (await store.tab('tab'))?.visitor === tab.visitor,
        mode: await store.mode(),
        full: clock.full,
      };
    }, name());
    expect(found).toEqual({ person: null, visitor: 32, again: true, mode: 'auto', full: 1 });
  });

  // Chromium remembers an origin's quota for half a minute, so each test uses a new origin.
  it.each([
    ['gives up older answers on a full disk', 2_000_000, { lost: 0, full: 0 }],
    ['keeps nothing large, and says so once, where even that makes no room', 150_000, { lost: 20, full: 1 }],
  ])('%s', async (_case, quotaSize, expected) => {
    const other = await serveStorePage();
    const tab = await profile.context.newPage();
    await tab.goto(other.origin);
    const session = await profile.context.newCDPSession(tab);
    await session.send('Storage.overrideQuotaForOrigin', { origin: other.origin, quotaSize });
    const found = await tab.evaluate(async () => {
      const { store, clock } = carryon.openStore('full');
      const alice = await store.person('alice');
      if (!alice) throw new Error('no database');
      const kept = { feature: 'f', generation: 1, storedAt: 1 };
      let lost = 0;
      for (let at = 0; at < 20; at += 1) {
        const large = { ...kept, body: 'x'.repeat(200_000), keepUntil: 1e15 + at };
        if ((await store.keep(alice, `key ${at}`, large)) === 'full') lost += 1;
      }
      const small = await store.keep(alice, 'small', { ...kept, body: '{}', keepUntil: 2e15 });
      return { lost, full: clock.full, small, usage: await store.usage(alice) };
    });
    await tab.close();
    await other.close();
    expect(found).toMatchObject({ ...expected, small: 'kept' });
    expect(found.usage.bytes).toBeLessThan(quotaSize);
  });
});
