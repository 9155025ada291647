import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { StoredAnswer } from '../../worker/core/answers/stored-answer.ts';
import { AnswerCache, type CacheApi } from '../../worker/stores/answer-cache.ts';
import type { AnswerSecret } from '../../worker/stores/answer-cache-keys.ts';
import { AnswerStore } from '../../worker/stores/answer-store.ts';
import { TenantRecords } from '../../worker/stores/tenant-records.ts';
import { TestClock } from '../unit/pipeline/support/clock.ts';

const OLD: AnswerSecret = { id: '2026-01', secret: 'the secret of January' };
const NEW: AnswerSecret = { id: '2026-11', secret: 'the secret of November' };
const ANSWER: StoredAnswer = {
  body: '{"id":"c","choices":[{"message":{"content":"Grüße 😀"}}]}',
  model: 'gpt-x',
  deployment: 'a',
  provider: 'openai',
  storedAt: 1_700_000_000_000,
};
const HOUR_MS = 3_600_000;

/** A different one for each test: the cache outlives them. */
let count = 0;
const newHash = () => (++count).toString(16).padStart(64, '0');
const urlOf = (hash: string) => `https://answers.carryon.internal/v1/${hash}`;
const cacheOf = (...secrets: [AnswerSecret, ...AnswerSecret[]]) => new AnswerCache(caches.default, secrets);

async function bytesAt(hash: string): Promise<Uint8Array> {
  const response = await caches.default.match(urlOf(hash));
  if (response === undefined) throw new Error('nothing there');
  return new Uint8Array(await response.arrayBuffer());
}

/** For thousands of values, where the real cache's behaviour is not the question. */
function memoryShelf(): CacheApi & { values: Map<string, Uint8Array> } {
  const values = new Map<string, Uint8Array>();
  return {
    values,
    match: async (url) => (values.has(String(url)) ? new Response(values.get(String(url))) : undefined),
    put: async (url, response) => void values.set(String(url), new Uint8Array(await response.arrayBuffer())),
  };
}

const putBytes = (hash: string, bytes: Uint8Array | string) =>
  caches.default.put(urlOf(hash), new Response(bytes, { headers: { 'cache-control': 'max-age=3600' } }));

describe('an answer', () => {
  it('is found again, in another isolate too', async () => {
    const hash = newHash();
    expect(await cacheOf(NEW).put(hash, 'acme', ANSWER, HOUR_MS)).toBe(true);
    expect(await cacheOf(NEW).get(hash, 'acme')).toEqual(ANSWER);
    const one = cacheOf(NEW);
    expect([await one.get(hash, 'acme'), await one.get(hash, 'acme')]).toEqual([ANSWER, ANSWER]);
  });

  it('is a miss where there is none', async () => {
    expect(await cacheOf(NEW).get(newHash(), 'acme')).toBeUndefined();
  });

  it('is replaced by a later one', async () => {
    const hash = newHash();
    await cacheOf(NEW).put(hash, 'acme', ANSWER, HOUR_MS);
    await cacheOf(NEW).put(hash, 'acme', { ...ANSWER, storedAt: 2 }, HOUR_MS);
    expect(await cacheOf(NEW).get(hash, 'acme')).toMatchObject({ storedAt: 2 });
  });

  it('of a megabyte is kept whole', async () => {
    const hash = newHash();
    const large = { ...ANSWER, body: JSON.stringify('é'.repeat(500_000)) };
    await cacheOf(NEW).put(hash, 'acme', large, HOUR_MS);
    expect(await cacheOf(NEW).get(hash, 'acme')).toEqual(large);
  });

  it('is kept as long as it may be served at all', async () => {
    const put: Response[] = [];
    const shelf: CacheApi = {
      match: async () => undefined,
      put: async (_, response) => void put.push(response),
    };
    await new AnswerCache(shelf, [NEW]).put(newHash(), 'acme', ANSWER, 90_500);
    expect(put[0]?.headers.get('cache-control')).toBe('max-age=91');
  });
});

describe('what lies in the cache', () => {
  it('shows nothing of the answer, its tenant or its secret, and is never twice the same', async () => {
    const hash = newHash();
    await cacheOf(NEW).put(hash, 'acme', ANSWER, HOUR_MS);
    const first = await bytesAt(hash);
    const text = new TextDecoder('latin1').decode(first);
    for (const part of ['choices', 'gpt-x', 'openai', 'acme', 'secret', '1700000000000'])
      expect(text).not.toContain(part);
    await cacheOf(NEW).put(hash, 'acme', ANSWER, HOUR_MS);
    const second = await bytesAt(hash);
    // The form and the key's id; then a fresh IV.
    const head = 2 + NEW.id.length;
    expect(second.subarray(0, head)).toEqual(first.subarray(0, head));
    expect(second.subarray(head, head + 12)).not.toEqual(first.subarray(head, head + 12));
    expect(second.subarray(head + 12, head + 28)).not.toEqual(first.subarray(head + 12, head + 28));
  });

  it('opens for no other tenant', async () => {
    const hash = newHash();
    const cache = cacheOf(NEW);
    await cache.put(hash, 'acme', ANSWER, HOUR_MS);
    for (const tenant of ['other', 'acme ', '', 'acm', 'ACME', '"acme"', 'acme\ud800']) {
      expect([tenant, await cache.get(hash, tenant)]).toEqual([tenant, undefined]);
    }
    await cache.put(hash, 'a\ud800', ANSWER, HOUR_MS);
    expect(await cache.get(hash, 'a\ufffd')).toBeUndefined();
  });

  it('opens at no other place', async () => {
    const [hash, other] = [newHash(), newHash()];
    await cacheOf(NEW).put(hash, 'acme', ANSWER, HOUR_MS);
    await putBytes(other, await bytesAt(hash));
    expect(await cacheOf(NEW).get(other, 'acme')).toBeUndefined();
  });

  it('is a miss where a single bit is another, or the end is missing', async () => {
    const hash = newHash();
    const shelf = memoryShelf();
    const cache = new AnswerCache(shelf, [NEW, OLD]);
    await cache.put(hash, 'acme', { ...ANSWER, body: '{}' }, HOUR_MS);
    const sealed = shelf.values.get(urlOf(hash)) ?? new Uint8Array(0);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const tampered = sealed.slice();
      tampered[bit >> 3] = (tampered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      shelf.values.set(urlOf(hash), tampered);
      expect([bit, await cache.get(hash, 'acme')]).toEqual([bit, undefined]);
    }
    for (let length = 0; length < sealed.length; length++) {
      shelf.values.set(urlOf(hash), sealed.slice(0, length));
      expect([length, await cache.get(hash, 'acme')]).toEqual([length, undefined]);
    }
    shelf.values.set(urlOf(hash), sealed);
    expect(await cache.get(hash, 'acme')).toMatchObject({ body: '{}' });
  });

  it('is a miss where it is something else', async () => {
    const hash = newHash();
    for (const junk of ['', '{"body":"{}"}', '\u0001\u0000', '\u0001\u00072026-11', 'x'.repeat(10_000)]) {
      await putBytes(hash, junk);
      expect(await cacheOf(NEW).get(hash, 'acme')).toBeUndefined();
    }
  });
});

describe('a new secret', () => {
  it('leaves the old answers readable while the old one is still named, and writes with itself', async () => {
    const [before, after] = [newHash(), newHash()];
    await cacheOf(OLD).put(before, 'acme', ANSWER, HOUR_MS);
    const both = cacheOf(NEW, OLD);
    expect(await both.get(before, 'acme')).toEqual(ANSWER);
    await both.put(after, 'acme', ANSWER, HOUR_MS);
    expect(await cacheOf(NEW).get(after, 'acme')).toEqual(ANSWER);
    expect(await cacheOf(OLD).get(after, 'acme')).toBeUndefined();
    expect(await cacheOf(NEW).get(before, 'acme')).toBeUndefined();
  });

  it('under an old name opens nothing', async () => {
    const hash = newHash();
    await cacheOf(OLD).put(hash, 'acme', ANSWER, HOUR_MS);
    expect(await cacheOf({ id: OLD.id, secret: 'another' }).get(hash, 'acme')).toBeUndefined();
  });

  it.each([
    [[{ id: '', secret: 'x' }]],
    [[{ id: 'a', secret: '' }]],
    [[{ id: 'é'.repeat(128), secret: 'x' }]],
    [[OLD, { ...NEW, id: OLD.id }]],
  ] as [[AnswerSecret, ...AnswerSecret[]]][])('is refused where it cannot be told apart: %j', (secrets) => {
    expect(() => cacheOf(...secrets)).toThrow();
  });

  it('may have a name as long as a byte can count', async () => {
    const [hash, long] = [newHash(), { id: 'é'.repeat(127), secret: 'x' }];
    await cacheOf(long).put(hash, 'acme', ANSWER, HOUR_MS);
    expect(await cacheOf(long).get(hash, 'acme')).toEqual(ANSWER);
  });
});

describe('a cache that fails', () => {
  it('has nothing and takes nothing, and nobody is told by an exception', async () => {
    const failing: CacheApi = {
      match: () => Promise.reject(new Error('cache')),
      put: () => Promise.reject(new Error('cache')),
    };
    const cache = new AnswerCache(failing, [NEW]);
    expect(await cache.get(newHash(), 'acme')).toBeUndefined();
    expect(await cache.put(newHash(), 'acme', ANSWER, HOUR_MS)).toBe(false);
  });
});

describe('the keys', () => {
  it('of more tenants than are remembered are all right', async () => {
    const cache = new AnswerCache(memoryShelf(), [NEW]);
    const hash = newHash();
    await cache.put(hash, 'acme', ANSWER, HOUR_MS);
    for (let tenant = 0; tenant < 1_100; tenant++) await cache.get(hash, `tenant ${tenant}`);
    expect(await cache.get(hash, 'acme')).toEqual(ANSWER);
  });

  // Must not change: another derivation would turn every cached answer into a miss.
  it('are derived as documented', async () => {
    const hash = newHash();
    await cacheOf(NEW).put(hash, 'acme', ANSWER, HOUR_MS);
    const sealed = await bytesAt(hash);
    const text = new TextEncoder();
    const material = await crypto.subtle.importKey('raw', text.encode(NEW.secret), 'HKDF', false, ['deriveBits']);
    const info = text.encode('carryon answer cache v1 "acme"');
    const bits = await crypto.subtle.deriveBits(
      { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info },
      material,
      256,
    );
    const key = await crypto.subtle.importKey('raw', bits, 'AES-GCM', false, ['decrypt', 'encrypt']);
    const head = text.encode(`\u0001${String.fromCharCode(NEW.id.length)}${NEW.id}`);
    const additionalData = text.encode(new TextDecoder().decode(head) + hash);
    const iv = sealed.subarray(head.length, head.length + 12);
    const plain = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv, additionalData },
      key,
      sealed.subarray(head.length + 12),
    );
    expect(JSON.parse(new TextDecoder().decode(plain))).toEqual(ANSWER);

    // A later format, sealed correctly: this router cannot read it.
    const later = text.encode(`\u0002${new TextDecoder().decode(head).slice(1)}`);
    const bound = text.encode(new TextDecoder().decode(later) + hash);
    const cipher = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: bound }, key, plain);
    await putBytes(hash, new Uint8Array([...later, ...iv, ...new Uint8Array(cipher)]));
    expect(await cacheOf(NEW).get(hash, 'acme')).toBeUndefined();
  });
});

describe('an isolate that is asked for it again and again', () => {
  const near = () => {
    const shelf = memoryShelf();
    const clock = new TestClock();
    const cache = new AnswerCache(shelf, [NEW]);
    return { shelf, clock, store: new AnswerStore(() => cache, new TenantRecords(env.STATE, clock), clock) };
  };

  it('has it from memory for ten seconds, for its own tenant', async () => {
    const { shelf, clock, store } = near();
    await store.put('hash', 'acme', ANSWER, HOUR_MS);
    expect(await store.get('hash', 'acme')).toEqual(ANSWER);
    shelf.values.clear();
    await clock.advance(9_999);
    expect(store.get('hash', 'acme')).toEqual(ANSWER);
    expect(await store.get('hash', 'other')).toBeUndefined();
    await clock.advance(1);
    expect(await store.get('hash', 'acme')).toBeUndefined();
  });

  it('gives a new one from when it was made, and keeps nothing large', async () => {
    const { shelf, store } = near();
    for (const storedAt of [1, 2]) {
      await store.put('hash', 'acme', { ...ANSWER, storedAt }, HOUR_MS);
      expect(await store.get('hash', 'acme')).toMatchObject({ storedAt });
    }
    await store.put('large', 'acme', { ...ANSWER, body: 'x'.repeat(65_537) }, HOUR_MS);
    expect(await store.get('large', 'acme')).toBeDefined();
    shelf.values.clear();
    expect(await store.get('large', 'acme')).toBeUndefined();
  });
});
