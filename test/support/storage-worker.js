import { DurableObject } from 'cloudflare:workers';

/** A Worker that performs storage operations on request, for tests of the local storage. */
export class Counter extends DurableObject {
  increment() {
    this.ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS hits (at INTEGER)');
    this.ctx.storage.sql.exec('INSERT INTO hits VALUES (1)');
    return this.ctx.storage.sql.exec('SELECT count(*) AS count FROM hits').one().count;
  }
}

/** Counts in this isolate's memory, so that a test can distinguish isolates. */
let seenHere = 0;

const actions = {
  increment: async (env) => env.COUNTER.getByName('one').increment(),
  isolate: async () => ++seenHere,
  variables: async (env) => Object.fromEntries(Object.entries(env).filter(([, value]) => typeof value === 'string')),
  kv: async (env, [method, ...args]) => env.STATE[method](...args),
  cachePut: async (_, [url, body, cacheControl]) =>
    caches.default.put(url, new Response(body, { headers: { 'cache-control': cacheControl } })),
  cacheMatch: async (_, [url]) => (await caches.default.match(url))?.text(),
  cacheDelete: async (_, [url]) => caches.default.delete(url),
  fetch: async (_, [url]) => (await fetch(url)).text(),
  log: async (_, [text]) => console.log(text),
};

export default {
  async fetch(request, env) {
    const { action, args = [] } = await request.json();
    const result = await actions[action](env, args);
    return Response.json({ result: result instanceof Map ? Object.fromEntries(result) : (result ?? null) });
  },
};
