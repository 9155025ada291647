import { describe, expect, it } from 'vitest';
import type { DemoSettings } from '../../../web-demo/core/settings.ts';
import { dayOf, readSpent } from '../../../web-demo/core/spent.ts';
import { readClaims } from '../../../web-demo/core/token.ts';
import { isOtherPerson, loadSettings, Memory } from '../../../web-demo/state/settings.ts';
import { signIn } from '../../../web-demo/state/sign-in.ts';
import { tokens } from '../../../web-demo/state/token.ts';

const jwt = (claims: object) => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });

class Storage {
  readonly kept = new Map<string, string>();
  length = 0;
  getItem = (name: string) => this.kept.get(name) ?? null;
  setItem = (name: string, value: string) => void this.kept.set(name, value);
  removeItem = (name: string) => void this.kept.delete(name);
  clear = () => this.kept.clear();
  key = () => null;
}

describe('a token', () => {
  const bench = () => {
    const made: number[] = [];
    let isOnline = true;
    let now = 0;
    const token = tokens(
      async () => {
        made.push(now);
        await undefined;
        if (!isOnline) throw new TypeError('no network');
        return { token: `t${made.length}`, expiresAt: now + 600_000 };
      },
      () => now,
    );
    const at = (ms: number) => {
      now = ms;
    };
    const offline = (isOff: boolean) => {
      isOnline = !isOff;
    };
    return { made, token, at, offline };
  };

  it('is asked for once, however many want it', async () => {
    const { token, made } = bench();
    expect(await Promise.all([token(), token(), token(true)])).toEqual(['t1', 't1', 't1']);
    expect(await token()).toBe('t1');
    expect(made.length).toBe(1);
  });

  it('is asked for again before it ends, and where the router refused it', async () => {
    const { token, at } = bench();
    await token();
    at(539_999);
    expect(await token()).toBe('t1');
    at(540_000);
    expect(await token()).toBe('t2');
    expect(await token(true)).toBe('t3');
  });

  it('is the old one while there is no network, and empty where there never was one', async () => {
    const { token, at, offline } = bench();
    offline(true);
    expect(await token()).toBe('');
    offline(false);
    expect(await token()).toBe('t2');
    offline(true);
    at(900_000);
    expect(await token()).toBe('t2');
  });

  it.each([
    [jwt({ sub: 'änne', tenant: 'acme', exp: 7 }), { person: 'acme/änne', expiresAt: 7_000 }],
    [jwt({ sub: 'a/b', tenant: 7, exp: 7 }), { person: '/a/b', expiresAt: 7_000 }],
    [jwt({ exp: 'soon' }), { person: null, expiresAt: null }],
    ['', { person: null, expiresAt: null }],
    ['a.b.c', { person: null, expiresAt: null }],
  ])('says whose it is: %s', (token, claims) => {
    expect(readClaims(token, atob)).toEqual(claims);
  });
});

describe('signing in', () => {
  const bench = (settings: DemoSettings, fetched: (path: string, init?: RequestInit) => Response) => {
    const storage = new Storage();
    const asked: [string, unknown][] = [];
    const ports = {
      fetch: (async (path: string, init?: RequestInit) => {
        asked.push([path, init?.body]);
        return fetched(path, init);
      }) as unknown as typeof fetch,
      now: () => 0,
    };
    const memory = new Memory(() => storage);
    const readSettings = () => loadSettings(ports, memory);
    const others: string[] = [];
    const onOtherPerson = () => void others.push('other');
    const enter = () =>
      signIn({ ports, settings, memory, newPerson: () => 'p'.repeat(32), readSettings, onOtherPerson });
    return { storage, asked, memory, enter, ports, others };
  };

  it('is a random person of this browser on a developer’s machine', async () => {
    const { enter, asked, storage } = bench({ signIn: 'local', providers: [] }, () =>
      json({ token: jwt({ exp: 900 }) }, 201),
    );
    const { person, token } = await enter();
    expect(person).toBe('p'.repeat(32));
    expect(await token()).toBe(jwt({ exp: 900 }));
    expect(asked).toEqual([['/demo/token', JSON.stringify({ person })]]);
    expect([...storage.kept.keys()]).toEqual(['carryon-person']);
  });

  it('is a key of the settings, read again where it is refused', async () => {
    const { enter } = bench({ signIn: 'publishable', key: 'pk-old' }, () =>
      json({ signIn: 'publishable', key: 'pk-new' }),
    );
    const { token } = await enter();
    expect([await token(), await token(true)]).toEqual(['pk-old', 'pk-new']);
  });

  it('is the person that the team’s own token names, also at the next visit without a network', async () => {
    let isOnline = true;
    let status = 200;
    const { enter, memory } = bench({ signIn: 'token', tokenUrl: 'https://team.example/token' }, () => {
      if (!isOnline) throw new TypeError('no network');
      return json({ token: jwt({ sub: 'ana', tenant: 'acme', exp: 900 }) }, status);
    });
    expect(await enter()).toMatchObject({ person: 'acme/ana', name: 'ana' });
    isOnline = false;
    expect(await enter()).toMatchObject({ person: 'acme/ana', name: 'ana' });
    isOnline = true;
    status = 401;
    expect(await enter()).toMatchObject({ person: null, name: null });
    isOnline = false;
    memory.forget();
    expect(await enter()).toMatchObject({ person: null, name: null });
  });

  it.each<[string, string | null, boolean]>([
    ['while the page is open', 'acme/ana', true],
    ['while the page of the last visit was opened without a network', 'acme/ana', false],
    ['in the page of nobody', null, true],
  ])('is never somebody else, who signs in %s', async (_, before, isOnline) => {
    let answer = () => json({ token: jwt({ sub: 'ana', tenant: 'acme', exp: 900 }) });
    const { enter, others } = bench({ signIn: 'token', tokenUrl: 'https://team.example/token' }, () => answer());
    await enter();
    const mine = answer;
    if (!isOnline)
      answer = () => {
        throw new TypeError('no network');
      };
    else if (before === null) answer = () => json({}, 401);
    const { person, token } = await enter();
    expect(person).toBe(before);
    const own = await token();
    for (const other of [
      { sub: 'ben', tenant: 'acme' },
      { sub: 'ana', tenant: 'beta' },
    ]) {
      answer = () => json({ token: jwt({ ...other, exp: 900 }) });
      expect(await token(true)).toBe(own || null);
    }
    expect(others.length).toBe(2);
    answer = mine;
    if (before !== null) expect(readClaims((await token(true)) ?? '', atob).person).toBe('acme/ana');
  });

  it.each([
    ['a sign-out', { key: 'carryon-person', oldValue: 'ana', newValue: null }, true],
    ['another person', { key: 'carryon-person', oldValue: 'ana', newValue: 'ben' }, true],
    ['a storage that was cleared', { key: null, oldValue: null, newValue: null }, true],
    ['a first visit', { key: 'carryon-person', oldValue: null, newValue: 'ana' }, false],
    ['other settings', { key: 'carryon-settings', oldValue: 'a', newValue: null }, false],
  ])('hears of %s in another tab', (_, event, isOther) => {
    expect(isOtherPerson(event as StorageEvent)).toBe(isOther);
  });

  it('is nobody where the demo is off', async () => {
    const { enter } = bench({ signIn: 'off', because: 'off' }, () => json({}));
    const { person, token } = await enter();
    expect([person, await token()]).toEqual([null, null]);
  });

  it('has the settings of the last visit where the router is away, or somebody else answers', async () => {
    let answer = () => json({ signIn: 'publishable', key: 'pk' });
    const { memory, ports, storage } = bench({ signIn: 'off', because: 'off' }, () => answer());
    expect(await loadSettings(ports, memory)).toEqual({ signIn: 'publishable', key: 'pk' });
    for (const other of [
      () => new Response('<html>portal'),
      () => json({ hello: 1 }),
      () => json({ signIn: 'publishable' }, 500),
    ]) {
      answer = other;
      expect(await loadSettings(ports, memory)).toEqual({ signIn: 'publishable', key: 'pk' });
    }
    memory.forget();
    expect(storage.kept.size).toBe(0);
    expect(await loadSettings(ports, memory)).toBeUndefined();
  });

  it('lasts as long as the page where the browser has no storage', () => {
    const memory = new Memory(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    expect([memory.person(() => 'one'), memory.person(() => 'two')]).toEqual(['one', 'one']);
  });
});

describe('what was spent today', () => {
  it('counts until the day is over, by the person’s own calendar', () => {
    const day = dayOf(new Date(2026, 10, 9, 23, 59));
    expect(day).toBe('2026-11-09');
    const text = JSON.stringify({ day, usd: 0.2 });
    expect(readSpent(text, day)?.usd).toBe(0.2);
    for (const other of [undefined, '', 'null', '{}', JSON.stringify({ day: '2026-11-08', usd: 1 })])
      expect(readSpent(other, day)).toBeUndefined();
  });
});
