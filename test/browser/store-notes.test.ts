/** A page's notes in the store: limits, damage, people, sign-outs, and a database of an earlier build. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { openStore } from './support/store-entry.ts';
import { type OpenStorePage, openStorePage, serveStorePage } from './support/store-page.ts';

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

const TEXTS = [
  '',
  '\ufeffa mark',
  'half \ud83d',
  '\udc4d half',
  '👍🏽'.repeat(100),
  '\u0000"\\\u2028',
  '{"a":1}',
  'null',
];
const NAMES = ['a', 'a\uffff', 'a\uffff\uffffb', 'a'.repeat(200), 'ab', 'b', '\ud800', ' ', '\u0000'];

describe('notes', () => {
  it('come back as they were put, whatever is in name and text, and are listed by how their names begin', async () => {
    const found = await page.evaluate(
      async ([name, texts, names]) => {
        const { store } = carryon.openStore(name);
        const ana = await store.person('ana');
        if (!ana) throw new Error('no database');
        const back: (string | undefined)[] = [];
        for (const text of texts) {
          await store.putNote(ana, 'text', text);
          back.push(await carryon.openStore(name).store.note(ana, 'text'));
        }
        for (const name of names) await store.putNote(ana, name, `text of ${name}`);
        const listed = async (prefix: string) =>
          (await store.notes(ana, prefix)).map(({ name, text }) => (text === `text of ${name}` ? name : text));
        return { back, begin: await listed('a'), exact: await listed('a\uffff'), none: await listed('c') };
      },
      [name(), TEXTS, NAMES] as const,
    );
    expect(found.back).toEqual(TEXTS);
    expect(found.begin).toEqual(NAMES.filter((one) => one.startsWith('a')).toReversed());
    expect(found.exact).toEqual(NAMES.filter((one) => one.startsWith('a\uffff')).toReversed());
    expect(found.none).toEqual([]);
  });

  it('are of 256 KB in UTF-8 at most: a larger one is refused, and what stood there stays', async () => {
    const found = await page.evaluate(async (name) => {
      const { store } = carryon.openStore(name);
      const ana = await store.person('ana');
      if (!ana) throw new Error('no database');
      const fits = await store.putNote(ana, 'n', 'é'.repeat(128 * 1024));
      const larger = await store.putNote(ana, 'n', `${'é'.repeat(128 * 1024)}x`);
      return { fits, larger, length: (await store.note(ana, 'n'))?.length, usage: await store.usage(ana) };
    }, name());
    expect(found).toEqual({
      fits: 'kept',
      larger: 'full',
      length: 128 * 1024,
      usage: { answers: 0, bytes: 256 * 1024, queued: 0 },
    });
  });

  it('are 500 for each person: one more is refused and none leaves for it, and one that is there can still change', async () => {
    const found = await page.evaluate(async (name) => {
      const { store } = carryon.openStore(name);
      const ana = await store.person('ana');
      const bo = await store.person('bo');
      if (!ana || !bo) throw new Error('no database');
      const puts = [];
      for (let at = 0; at < 501; at += 1) puts.push(await store.putNote(ana, `n${at}`, 'text'));
      const results = {
        refused: puts.flatMap((result, at) => (result === 'kept' ? [] : [[at, result]])),
        changed: await store.putNote(ana, 'n0', 'other text'),
        bos: await store.putNote(bo, 'n', 'text'),
        count: (await store.notes(ana, '')).length,
        first: await store.note(ana, 'n0'),
      };
      await store.deleteNote(ana, 'n7');
      return { ...results, afterDelete: await store.putNote(ana, 'n500', 'text') };
    }, name());
    expect(found).toEqual({
      refused: [[500, 'full']],
      changed: 'kept',
      bos: 'kept',
      count: 500,
      first: 'other text',
      afterDelete: 'kept',
    });
  });

  it('are of one person: another has none of them, though the names are equal', async () => {
    const found = await page.evaluate(async (name) => {
      const { store } = carryon.openStore(name);
      const ana = await store.person('ana');
      const bo = await store.person('bo');
      if (!ana || !bo) throw new Error('no database');
      await store.putNote(ana, 'n', 'of ana');
      const before = [await store.note(bo, 'n'), await store.notes(bo, ''), (await store.usage(bo)).bytes];
      await store.putNote(bo, 'n', 'of bo');
      await store.deleteNote(ana, 'n');
      return [...before, await store.note(ana, 'n'), await store.note(bo, 'n')];
    }, name());
    expect(found).toEqual([undefined, [], 0, undefined, 'of bo']);
  });

  it.each(['signOut', 'clear'] as const)('are gone after %s, and none that was under way comes back', async (way) => {
    const found = await page.evaluate(
      async ([name, way]) => {
        const { store } = carryon.openStore(name);
        const { person: ana } = await store.nameTab('tab', 'ana');
        const bo = await store.person('bo');
        if (!ana || !bo) throw new Error('no database');
        await store.putNote(ana, 'before', 'text');
        await store.putNote(bo, 'n', 'of bo');
        const late: Promise<unknown>[] = [];
        for (let at = 0; at < 20; at += 1) late.push(store.putNote(ana, `late ${at}`, 'x'.repeat(at * 10_000)));
        const told = await store[way](ana);
        const after = await store.putNote(ana, 'after', 'text');
        await Promise.all(late);
        const again = await store.person('ana');
        if (!again) throw new Error('no database');
        const left = [...(await store.notes(ana, '')), ...(await store.notes(again, ''))];
        const isTold = way === 'clear' ? told?.includes('before') : told?.includes('tab');
        return { left, after, isTold, bos: await store.note(bo, 'n'), now: await store.putNote(again, 'n', 'new') };
      },
      [name(), way] as const,
    );
    expect(found).toEqual({ left: [], after: 'gone', isTold: true, bos: 'of bo', now: 'kept' });
  });

  it('hold their person, who is away for 30 days, and leave nothing where they are deleted', async () => {
    const found = await page.evaluate(async (name) => {
      const { store, clock } = carryon.openStore(name);
      const ana = await store.person('ana');
      if (!ana) throw new Error('no database');
      await store.putNote(ana, 'n', 'text');
      clock.now += 40 * 86_400_000;
      await store.tidy([]);
      const kept = await store.note(ana, 'n');
      await store.deleteNote(ana, 'n');
      await store.tidy([]);
      return { kept, isSame: (await store.person('ana'))?.part === ana.part };
    }, name());
    expect(found).toEqual({ kept: 'text', isSame: false });
  });

  it('are left out of a list where their row is damaged, or was moved to another name', async () => {
    const found = await page.evaluate(async (name) => {
      const { store } = carryon.openStore(name);
      const ana = await store.person('ana');
      if (!ana) throw new Error('no database');
      const names = ['whole', 'cut', 'text', 'gone', 'no iv', 'moved', 'flipped'];
      for (const one of names) await store.putNote(ana, one, `text of ${one}`);
      const done = <T>(request: IDBRequest<T>) =>
        new Promise<T>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const database = await done(indexedDB.open(name));
      const notes = database.transaction('notes', 'readwrite').objectStore('notes');
      const rows = new Map((await done(notes.getAll())).map((row) => [row.name, row]));
      const flipped = new Uint8Array(rows.get('flipped').sealed);
      flipped[0] = 255 - (flipped[0] ?? 0);
      const { iv, sealed } = rows.get('whole');
      const changes: Record<string, object> = {
        cut: { sealed: sealed.slice(0, 3) },
        text: { sealed: 'text', changedAt: 'text' },
        gone: { sealed: undefined },
        'no iv': { iv: undefined },
        moved: { iv, sealed },
        flipped: { sealed: flipped.buffer },
      };
      for (const [one, change] of Object.entries(changes)) await done(notes.put({ ...rows.get(one), ...change }));
      database.close();
      const read = await Promise.all(names.map((one) => store.note(ana, one)));
      const listed = (await store.notes(ana, '')).map(({ text }) => text);
      return { read, listed, mended: await store.putNote(ana, 'cut', 'new'), cut: await store.note(ana, 'cut') };
    }, name());
    expect(found).toEqual({
      read: ['text of whole', ...Array(6).fill(undefined)],
      listed: ['text of whole'],
      mended: 'kept',
      cut: 'new',
    });
  });

  // Chromium remembers an origin's quota for half a minute, so each test uses a new origin.
  it.each([
    ['make answers give way on a full disk', 2_000_000, 17, { refused: 0, answers: expect.any(Number), full: 0 }],
    ['are refused where even that makes no room, and said so once', 1_000_000, 20, { answers: 0, full: 1 }],
  ])('%s, and never another note', async (_case, quotaSize, count, expected) => {
    const other = await serveStorePage();
    const tab = await page.context().newPage();
    await tab.goto(other.origin);
    const session = await page.context().newCDPSession(tab);
    await session.send('Storage.overrideQuotaForOrigin', { origin: other.origin, quotaSize });
    const found = await tab.evaluate(async (count) => {
      const { store, clock } = carryon.openStore('full');
      const ana = await store.person('ana');
      if (!ana) throw new Error('no database');
      const kept = { feature: 'f', generation: 1, storedAt: 1 };
      for (let at = 0; at < 4; at += 1)
        await store.keep(ana, `key ${at}`, { ...kept, body: 'x'.repeat(100_000), keepUntil: 1e15 + at });
      const puts: string[] = [];
      for (let at = 0; at < count; at += 1) puts.push(await store.putNote(ana, `n${at}`, 'y'.repeat(100_000)));
      const read = await Promise.all(puts.map((_, at) => store.note(ana, `n${at}`)));
      return {
        answers: (await store.usage(ana)).answers,
        refused: puts.filter((result) => result === 'full').length,
        lost: puts.filter((result, at) => (result === 'kept') !== (read[at] !== undefined)).length,
        full: clock.full,
      };
    }, count);
    await tab.close();
    await other.close();
    expect(found).toMatchObject({ ...expected, lost: 0 });
    if (found.full > 0) expect(found.refused).toBeGreaterThan(0);
    else expect(found.answers).toBeLessThan(4);
  });
});

describe('a database of the build before notes', () => {
  it.each([
    ['that nobody has open', 'closed'],
    ['that its worker has open, and writes to', 'open'],
    ['that its worker has let go of while it was writing', 'closing'],
  ] as const)('%s keeps everything, and has notes', async (_, held) => {
    const found = await page.evaluate(
      async ([name, held]) => {
        const done = <T>(request: IDBRequest<T>) =>
          new Promise<T>((resolve, reject) => {
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
          });
        // Today's rows, in the stores that version 1 had.
        const source = carryon.openStore(`${name} source`);
        const { person: ana } = await source.store.nameTab('tab', 'ana');
        if (!ana) throw new Error('no database');
        const kept = { body: '{"an":"answer"}', feature: 'chat', generation: 1, storedAt: 1, keepUntil: 9e15 };
        const row = { part: ana.part, askedAt: 1, feature: 'chat', tries: 1, lastError: null, notBefore: 0 };
        const question = { path: '/ai', body: 'a question', headers: {}, sentUnder: 'k' };
        await source.store.keep(ana, 'key', kept);
        await source.store.sendingKey(ana, 'sent', { idempotencyKey: 'first', sentAt: 1 }, () => true);
        for (const id of ['q1', 'q2'])
          await source.store.enqueue(ana, { ...row, id, state: 'waiting' }, question, () => true);
        await source.store.answerQueued(
          ana,
          { ...row, id: 'q2', state: 'answered' },
          { headers: [], body: 'its answer' },
          'k',
          null,
        );
        await source.store.report(ana, { id: 'r', at: 1, kind: 'stale', feature: 'chat', waitedMs: 1 });
        await source.store.setFeatures(ana, { readAt: 5, features: {}, default: null });
        await source.store.setMode('travel');
        await source.store.setClockOffsetMs(7);

        const opening = indexedDB.open(name, 1);
        opening.onupgradeneeded = () => {
          const db = opening.result;
          db.createObjectStore('people', { keyPath: 'name' }).createIndex('part', 'part', { unique: true });
          const answers = db.createObjectStore('answers', { keyPath: ['part', 'key'] });
          answers.createIndex('age', ['part', 'storedAt']);
          answers.createIndex('size', ['part', 'bytes']);
          answers.createIndex('generation', ['part', 'feature', 'generation']);
          answers.createIndex('end', 'keepUntil');
          db.createObjectStore('sent', { keyPath: ['part', 'key'] }).createIndex('age', 'sentAt');
          db.createObjectStore('outbox', { keyPath: ['part', 'id'] });
          db.createObjectStore('reports', { keyPath: ['part', 'id'] }).createIndex('age', ['part', 'at']);
          db.createObjectStore('tabs', { keyPath: 'clientId' });
          db.createObjectStore('features', { keyPath: 'part' });
          db.createObjectStore('facts');
        };
        const first = await done(opening);
        const from = await done(indexedDB.open(`${name} source`));
        const rows = async (db: IDBDatabase, one: string) => {
          const store = db.transaction(one).objectStore(one);
          const [keys, values] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
          return values.map((value, at) => [value, store.keyPath === null ? keys[at] : undefined] as const);
        };
        for (const one of first.objectStoreNames) {
          const read = await rows(from, one);
          const copying = first.transaction(one, 'readwrite');
          for (const [value, key] of read) void copying.objectStore(one).put(value, key);
          await new Promise((resolve) => {
            copying.oncomplete = resolve;
          });
        }
        from.close();
        // The earlier build's worker closes the database when asked, and what it is writing counts.
        first.onversionchange = () => first.close();
        let writing: Promise<unknown> | undefined;
        if (held !== 'closed') {
          const tabs = first.transaction('tabs', 'readwrite').objectStore('tabs');
          writing = done(tabs.put({ clientId: 'late', part: ana.part, visitor: 'v', namedAt: Date.now() }));
          for (let at = 0; at < 500; at += 1)
            void tabs.put({ clientId: `${at}`, part: null, visitor: 'v', namedAt: 1 });
        }
        if (held !== 'open') first.close();

        const { store, clock } = carryon.openStore(name);
        const again = await store.person('ana');
        if (!again) throw new Error('no database');
        await writing;
        return {
          full: clock.full,
          isSame: again.part === ana.part && again.visitor === ana.visitor,
          tab: (await store.tab('tab'))?.person?.name,
          late: held === 'closed' ? 'ana' : (await store.tab('late'))?.person?.name,
          answer: (await store.answer(again, 'key'))?.body,
          sent: (await store.sendingKey(again, 'sent', { idempotencyKey: 'x', sentAt: 2 }, () => true)).idempotencyKey,
          queue: (await store.queued(again)).map(({ id, state }) => `${id} ${state}`).sort(),
          question: (await store.question(again, 'q1'))?.body,
          queuedAnswer: (await store.queuedAnswer(again, 'q2'))?.body,
          reports: (await store.reports(again, 10)).length,
          readAt: (await store.features(again))?.readAt,
          facts: [await store.mode(), await store.clockOffsetMs()],
          put: await store.putNote(again, 'n', 'text'),
          notes: (await store.notes(again, '')).map(({ text }) => text),
        };
      },
      [name(), held] as const,
    );
    expect(found).toEqual({
      full: 0,
      isSame: true,
      tab: 'ana',
      late: 'ana',
      answer: '{"an":"answer"}',
      sent: 'first',
      queue: ['q1 waiting', 'q2 answered'],
      question: 'a question',
      queuedAnswer: 'its answer',
      reports: 1,
      readAt: 5,
      facts: ['travel', 7],
      put: 'kept',
      notes: ['text'],
    });
  });

  it('is done without while something else has it open and does not let go, and is there afterwards', async () => {
    const found = await page.evaluate(async (name) => {
      const opening = indexedDB.open(name, 1);
      opening.onupgradeneeded = () => {
        opening.result.createObjectStore('people', { keyPath: 'name' }).createIndex('part', 'part', { unique: true });
      };
      await new Promise((resolve) => {
        opening.onsuccess = resolve;
      });
      const { store, clock } = carryon.openStore(name);
      const before = await store.person('ana');
      opening.result.close();
      const after = await store.person('ana');
      return { before, full: clock.full, put: after && (await store.putNote(after, 'n', 'text')) };
    }, name());
    expect(found).toEqual({ before: null, full: 1, put: 'kept' });
  });
});
