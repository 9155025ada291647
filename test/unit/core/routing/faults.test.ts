/** Who meets a fault: the traffic that it was set for, and no other. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAULT_KINDS, meetsFault, parseTraffic } from '../../../../worker/core/routing/fault.ts';
import { healthIdFor, isDrillHealth } from '../../../../worker/core/routing/health-id.ts';
import { type Fault, NO_OVERRIDES, type Overrides } from '../../../../worker/core/routing/overrides.ts';
import { faultOf, PLAIN_ROUTE, type RouteInput, routeOf } from '../../../../worker/core/routing/route.ts';

const NOW = 1_000;
const fault = (traffic: string, more: Partial<Fault> = {}): Fault => ({
  fault: 'errors',
  traffic,
  until: NOW + 1,
  reason: null,
  who: 'root',
  version: 1,
  ...more,
});
const under = (faults: Overrides['faults'], more: Partial<Overrides> = {}): Overrides => ({
  ...NO_OVERRIDES,
  version: 1,
  faults,
  ...more,
});
const CHAT = { name: 'app/chat', deployments: [{ id: 'a' }, { id: 'b' }] };
const SMALL = { name: 'app/small', deployments: [{ id: 'c' }] };
const ask = (more: Partial<RouteInput> = {}): RouteInput => ({
  feature: 'chat',
  alias: CHAT,
  safeguardAlias: undefined,
  tenant: 'acme',
  user: null,
  drill: undefined,
  ...more,
});

describe('parseTraffic', () => {
  it.each([
    ['drill', { kind: 'drill' }],
    ['all', { kind: 'all' }],
    ['tenant:acme', { kind: 'tenant', tenant: 'acme' }],
    ['tenant:a:b', { kind: 'tenant', tenant: 'a:b' }],
    ['share:0.1', { kind: 'share', share: 0.1 }],
    ['share:.5', { kind: 'share', share: 0.5 }],
    ['share:1', { kind: 'share', share: 1 }],
    ['share:1.0', { kind: 'share', share: 1 }],
    ['share:0.000000001', { kind: 'share', share: 1e-9 }],
    ['share:0.3333333333333333', { kind: 'share', share: 1 / 3 }],
  ])('reads %s', (text, traffic) => expect(parseTraffic(text)).toEqual(traffic));

  it.each([
    '',
    'Drill',
    'drill ',
    ' all',
    'drill:1',
    'tenant',
    'tenant:',
    'share',
    'share:',
    'share:0',
    'share:0.0',
    'share:-0.1',
    'share:1.1',
    'share:1.000000001',
    'share:2',
    'share:1e-1',
    'share:0x1',
    'share:NaN',
    'share:Infinity',
    'share:10%',
    'share:0,1',
    'share:00.1',
    'share: 0.1',
    'share:0.1\n',
    'constructor',
  ])('takes %j for nothing', (text) => expect(parseTraffic(text)).toBeUndefined());
});

describe('meetsFault', () => {
  const people = fc.record({
    tenant: fc.string(),
    user: fc.option(fc.string()),
    drill: fc.option(fc.string(), { nil: undefined }),
  });

  it('chooses the same people every time, and everybody of a smaller share under a greater one', () => {
    const share = fc.double({ min: 1e-9, max: 1, noNaN: true });
    fc.assert(
      fc.property(people, share, share, (who, one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        const isIn = meetsFault({ kind: 'share', share: less }, who);
        expect(meetsFault({ kind: 'share', share: less }, { ...who, drill: undefined })).toBe(isIn);
        if (isIn) expect(meetsFault({ kind: 'share', share: more }, who)).toBe(true);
      }),
    );
  });

  it.each([0.01, 0.1, 0.5, 0.9])('a share of %d is about so many, of users and of tenants', (share) => {
    const each = Array.from({ length: 20_000 }, (_, index) => index);
    const byUser = each.filter((index) =>
      meetsFault({ kind: 'share', share }, { tenant: 'acme', user: `user-${index}`, drill: undefined }),
    );
    const byTenant = each.filter((index) =>
      meetsFault({ kind: 'share', share }, { tenant: `tenant-${index}`, user: null, drill: undefined }),
    );
    for (const { length } of [byUser, byTenant]) expect(Math.abs(length / each.length - share)).toBeLessThan(0.015);
  });

  it('a share of 1 is everybody', () => {
    fc.assert(fc.property(people, (who) => meetsFault({ kind: 'share', share: 1 }, who)));
  });

  it('only a key that a drill was given is a drill’s, whatever its tenant and user are called', () => {
    fc.assert(
      fc.property(people, (who) => {
        expect(meetsFault({ kind: 'drill' }, who)).toBe(who.drill !== undefined);
        expect(meetsFault({ kind: 'drill' }, { ...who, tenant: 'drill', user: 'drill', drill: undefined })).toBe(false);
      }),
    );
  });
});

describe('routeOf', () => {
  it('names the faults of the alias and of its safeguard, and no others', () => {
    const overrides = under({ a: fault('drill'), c: fault('drill', { fault: 'slow' }), d: fault('drill') });
    const route = routeOf(overrides, ask({ drill: 'd1', safeguardAlias: SMALL }), NOW);
    expect(route).toMatchObject({ drill: true, bypass: false, faults: { a: 'errors', c: 'slow' } });
    expect(routeOf(overrides, ask({ drill: 'd1' }), NOW).faults).toEqual({ a: 'errors' });
  });

  it('a fault for all is no drill; beside a drill’s fault, the request is a drill', () => {
    expect(routeOf(under({ a: fault('all') }), ask(), NOW)).toMatchObject({ drill: false, faults: { a: 'errors' } });
    const both = under({ a: fault('all'), b: fault('tenant:acme') });
    expect(routeOf(both, ask(), NOW)).toMatchObject({ drill: true, faults: { a: 'errors', b: 'errors' } });
  });

  it('an ended fault, one of a kind or traffic that is not known, and one of a bypass choose nobody', () => {
    expect(routeOf(under({ a: fault('all', { until: NOW }) }), ask(), NOW).faults).toEqual({});
    expect(routeOf(under({ a: fault('everybody') }), ask({ drill: 'd1' }), NOW)).toMatchObject({
      drill: false,
      faults: {},
    });
    const later = fault('drill', { fault: 'a-later-kind' as Fault['fault'] });
    expect(routeOf(under({ a: later }), ask({ drill: 'd1' }), NOW)).toBe(PLAIN_ROUTE);
    const bypass = { '*': { until: null, reason: null, who: 'root', version: 1 } };
    const route = routeOf(under({ a: fault('all') }, { bypass }), ask({ drill: 'd1' }), NOW);
    expect(route).toEqual({ ...PLAIN_ROUTE, bypass: true });
  });

  it('nobody meets a fault of other traffic: any faults, any request', () => {
    const traffics = fc.constantFrom('drill', 'tenant:acme', 'tenant:other', 'share:0.3', 'all', 'junk');
    const faults = fc.dictionary(
      fc.constantFrom('a', 'b', 'c', 'constructor', '__proto__'),
      fc.record({ traffic: traffics, fault: fc.constantFrom(...FAULT_KINDS), until: fc.constantFrom(NOW, NOW + 1) }),
    );
    const asks = fc.record({
      tenant: fc.constantFrom('acme', 'other', 'drill'),
      user: fc.constantFrom(null, 'u1', 'u2', 'u3'),
      drill: fc.constantFrom(undefined, 'd1'),
    });
    fc.assert(
      fc.property(faults, asks, (set, who) => {
        const overrides = under(
          Object.fromEntries(Object.entries(set).map(([id, one]) => [id, fault(one.traffic, one)])),
        );
        const route = routeOf(overrides, ask(who), NOW);
        const meets = CHAT.deployments.flatMap(({ id }) => {
          const one = Object.hasOwn(set, id) ? set[id] : undefined;
          const traffic = one && parseTraffic(one.traffic);
          return one && traffic && one.until > NOW && meetsFault(traffic, who) ? [{ id, traffic }] : [];
        });
        expect(Object.keys(route.faults).toSorted()).toEqual(meets.map(({ id }) => id));
        expect(route.drill).toBe(meets.some(({ traffic }) => traffic.kind !== 'all'));
      }),
    );
  });

  it('a deployment called as a property of every object suffers nothing', () => {
    for (const id of ['constructor', 'toString', '__proto__']) expect(faultOf(PLAIN_ROUTE, id)).toBeUndefined();
  });
});

it('a drill has a standing of its own for each deployment', () => {
  const deployment = { healthId: 'a~01234567' };
  expect(healthIdFor(deployment, false)).toBe('a~01234567');
  expect(healthIdFor(deployment, true)).toBe('a~01234567~drill');
  expect([false, true].map((isDrill) => isDrillHealth(healthIdFor(deployment, isDrill)))).toEqual([false, true]);
});
