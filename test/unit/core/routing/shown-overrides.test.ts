import { describe, expect, it } from 'vitest';
import type { Alias, Deployment, Feature } from '../../../../worker/core/config/config.ts';
import { NO_OVERRIDES, type Overrides } from '../../../../worker/core/routing/overrides.ts';
import { shownOverrides } from '../../../../worker/core/routing/shown-overrides.ts';

const NOW = 1_000;
const set = { until: NOW + 1, reason: 'x', who: 'root', version: 3 };
const deployment = (id: string) => ({ id, model: `model-${id}`, price: { input: 1, output: 1 } }) as Deployment;
const alias = (name: string, ...ids: string[]): [string, Alias] => [name, { name, deployments: ids.map(deployment) }];
const config = {
  aliases: new Map([alias('app/chat', 'a', 'b'), alias('app/cheap', 'c')]),
  features: new Map([
    ['chat', { safeguard: {} } as Feature],
    ['search', {} as Feature],
  ]),
};
const line = (id: string) => ({ id, model: `model-${id}` });
const shown = (overrides: Partial<Overrides>) => shownOverrides({ ...NO_OVERRIDES, ...overrides }, config, NOW);

describe('overrides as they are shown', () => {
  it('are those in force', () => {
    const ended = { ...set, until: NOW };
    expect(
      shown({
        pins: { 'app/chat': { ...ended, deployment: 'a' } },
        bypass: { '*': ended, 'app/chat': set },
        faults: { a: { ...ended, fault: 'slow', traffic: 'all' } },
        aliases: { 'app/chat': { ...set, until: null, deployments: [line('a')] } },
        safeguards: { chat: ended },
        frozen: { '*': ended },
      }),
    ).toEqual({
      pins: {},
      bypass: { 'app/chat': set },
      faults: {},
      aliases: { 'app/chat': { ...set, until: null, deployments: [line('a')] } },
      safeguards: {},
      frozen: null,
    });
    expect(shown({ safeguards: { chat: set }, frozen: { '*': set } })).toMatchObject({
      safeguards: { chat: set },
      frozen: set,
    });
  });

  it('are idle where the feature has no safeguard', () => {
    expect(shown({ safeguards: { chat: set, search: set, gone: set } }).safeguards).toEqual({
      chat: set,
      search: { ...set, idle: true },
      gone: { ...set, idle: true },
    });
  });

  it('are idle where a list takes their deployment out, as long as that list is in force', () => {
    const faults = { b: { ...set, fault: 'slow', traffic: 'all' } } as const;
    const pins = { 'app/chat': { ...set, deployment: 'b' } };
    const list = { ...set, deployments: [line('a')] };
    expect(shown({ pins, faults, aliases: { 'app/chat': list } })).toMatchObject({
      pins: { 'app/chat': { idle: true } },
      faults: { b: { idle: true } },
    });
    const later = shown({ pins, faults, aliases: { 'app/chat': { ...list, until: NOW } } });
    expect(later).toMatchObject({ pins, faults });
    expect(JSON.stringify(later)).not.toContain('idle');
  });

  it('are idle where a deploy removed what they are set on', () => {
    expect(
      shown({
        pins: { 'app/chat': { ...set, deployment: 'gone' }, gone: { ...set, deployment: 'a' } },
        faults: { gone: { ...set, fault: 'slow', traffic: 'all' } },
      }),
    ).toMatchObject({
      pins: { 'app/chat': { idle: true }, gone: { idle: true } },
      faults: { gone: { idle: true } },
    });
  });

  it('say which lines of a list a deploy has made void', () => {
    const { aliases } = shown({
      aliases: {
        'app/chat': { ...set, deployments: [line('gone'), line('a')] },
        'app/cheap': { ...set, deployments: [line('gone')] },
        gone: { ...set, deployments: [line('a')] },
      },
    });
    expect(aliases['app/chat']).toEqual({ ...set, deployments: [line('gone'), line('a')], leftOut: ['gone'] });
    expect(aliases['app/cheap']).toMatchObject({ idle: true, leftOut: ['gone'] });
    expect(aliases.gone).toMatchObject({ idle: true, leftOut: ['a'] });
  });

  it('keep a name that every object has, such as constructor', () => {
    const pins = Object.fromEntries([['__proto__', { ...set, deployment: 'a' }]]);
    expect(Object.keys(shown({ pins }).pins)).toEqual(['__proto__']);
  });
});
