import { signal } from '@preact/signals';
import { describe, expect, it } from 'vitest';
import type { ProviderPlug } from '../../../protocol/demo-settings.ts';
import type { DemoSettings } from '../../../web-demo/core/settings.ts';
import { plugs } from '../../../web-demo/state/plugs.ts';
import { PROVIDERS } from './answer-shapes.ts';

function bench(settings: DemoSettings = { signIn: 'local', providers: PROVIDERS }) {
  const asked: string[] = [];
  const notes = new Map<string, string>();
  const listeners: (() => void)[] = [];
  const world = { status: 200, providers: PROVIDERS as readonly ProviderPlug[], isOnline: true, good: 't1' };
  const made = plugs({
    ports: {
      fetch: (async (path: string, { method, headers, body }: RequestInit) => {
        if (!world.isOnline) throw new TypeError('no network');
        const { authorization } = headers as Record<string, string>;
        asked.push([method, path, body].filter(Boolean).join(' '));
        return new Response('{}', { status: authorization === `Bearer ${world.good}` ? world.status : 401 });
      }) as unknown as typeof fetch,
      notes: {
        list: async () => [],
        get: async (name) => notes.get(name),
        put: async (name, text) => notes.set(name, text) !== undefined,
        delete: async (name) => void notes.delete(name),
      },
    },
    settings,
    token: async (isRefused) => (isRefused ? 't2' : 't1'),
    wifi: { wifiOff: signal(false), pullWifi: async () => {} },
    readSettings: async () => (world.isOnline ? { signIn: 'local', providers: world.providers } : undefined),
    onVisible: (listener) => void listeners.push(listener),
  });
  return { made, asked, notes, world, seen: () => listeners.forEach((listener) => void listener()) };
}

const plugged = ({ made }: ReturnType<typeof bench>) => made.providers.value.map((one) => one.plugged);

describe('a plug', () => {
  it('is pulled and put in again where the router says so', async () => {
    const one = bench();
    await one.made.plug('a-1', false);
    expect(plugged(one)).toEqual([false, true]);
    await one.made.plug('a-1', true);
    expect(plugged(one)).toEqual([true, true]);
    expect(one.asked).toEqual(['PUT /demo/faults/a-1', 'DELETE /demo/faults/a-1']);
  });

  it('stays where it is when the router refuses, or is away', async () => {
    const one = bench();
    one.world.status = 503;
    await expect(one.made.plug('a-1', false)).rejects.toThrow('503');
    await expect(one.made.setOneCent(true)).rejects.toThrow('503');
    one.world.isOnline = false;
    await expect(one.made.plug('a-1', false)).rejects.toThrow();
    expect([plugged(one), one.made.isOneCent.value, one.notes.size]).toEqual([[true, true], false, 0]);
  });

  it('shows what others have done when the page is looked at again', async () => {
    const one = bench();
    one.world.providers = PROVIDERS.map((provider) => ({ ...provider, plugged: false }));
    one.seen();
    await undefined;
    await undefined;
    expect(plugged(one)).toEqual([false, false]);
  });

  it('of the budget is seen as another tab has left it', async () => {
    const one = bench();
    one.notes.set('one-cent', 'on');
    one.seen();
    await undefined;
    await undefined;
    expect(one.made.isOneCent.value).toBe(true);
  });

  it('is asked for with a new token where the old one is refused, once', async () => {
    const one = bench();
    one.world.good = 't2';
    await one.made.plug('a-1', false);
    one.world.good = 't3';
    await expect(one.made.plug('a-1', true)).rejects.toThrow('401');
    expect(one.asked.length).toBe(4);
  });

  it('is on no page but a developer’s', () => {
    expect(bench({ signIn: 'publishable', key: 'pk' }).made.providers.value).toEqual([]);
  });
});

describe('the budget of one cent', () => {
  it('is set once more at each visit, so that the switch is true', async () => {
    const one = bench();
    await one.made.setOneCent(true);
    expect([one.made.isOneCent.value, one.notes.get('one-cent')]).toEqual([true, 'on']);
    one.asked.splice(0);
    await one.made.load();
    expect(one.asked).toEqual(['PUT /demo/limits {"dailyUsd":0.01}']);
    await one.made.setOneCent(false);
    expect([one.made.isOneCent.value, one.notes.size, one.asked.at(-1)]).toEqual([
      ...[false, 0],
      'PUT /demo/limits {"dailyUsd":null}',
    ]);
    one.asked.splice(0);
    await one.made.load();
    expect(one.asked).toEqual([]);
  });
});
