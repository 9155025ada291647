/** Pins and bypass: their effect on one request. Faults are in faults.test.ts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listsInForce, NO_OVERRIDES, type Overrides } from '../../../../worker/core/routing/overrides.ts';
import { edgeMode, isOrdinary, PLAIN_ROUTE, pinnedIn, routeOf } from '../../../../worker/core/routing/route.ts';

const NOW = 1_800_000_000_000;
const NAMES = ['app/chat', 'app/small', 'app/other', '*', '__proto__', 'constructor', 'toString'];
const alias = (name: string) => ({ name, deployments: [{ id: 'a' }, { id: 'b' }] });
const entry = (endsInMs: number) => ({ until: NOW + endsInMs, reason: null, who: 'root', version: 1 });

const aName = fc.constantFrom(...NAMES);
/** Some have ended. */
const anEnd = fc.constantFrom(-1, 0, 1, 60_000);
const someBy = <T>(value: fc.Arbitrary<T>) =>
  fc.uniqueArray(fc.tuple(aName, value), { selector: ([name]) => name }).map((all) => Object.fromEntries(all));
const someOverrides: fc.Arbitrary<Overrides> = fc.record({
  version: fc.integer({ min: 1, max: 9 }),
  pins: someBy(fc.tuple(anEnd, fc.constantFrom('a', 'b')).map(([ms, deployment]) => ({ ...entry(ms), deployment }))),
  bypass: someBy(anEnd.map(entry)),
  faults: fc.constant({}),
  aliases: someBy(anEnd.map((ms) => ({ ...entry(ms), deployments: [{ id: 'a', model: 'm' }] }))),
  safeguards: someBy(anEnd.map(entry)),
  frozen: someBy(anEnd.map(entry)),
});
const isOn = (entries: Readonly<Record<string, { until: number | null }>>, name: string): boolean =>
  Object.hasOwn(entries, name) && (entries[name]?.until ?? 0) > NOW;
const anAsk = fc.tuple(aName, fc.option(aName, { nil: undefined }), aName).map(([name, guard, feature]) => ({
  ...{ feature, alias: alias(name), safeguardAlias: guard === undefined ? undefined : alias(guard) },
  ...{ tenant: 'acme', user: null, drill: undefined },
}));

describe('the route of a request', () => {
  it('is bypass where that is set for its alias or for all, and then nothing else', () => {
    fc.assert(
      fc.property(someOverrides, anAsk, (overrides, ask) => {
        const isBypassed = isOn(overrides.bypass, ask.alias.name) || isOn(overrides.bypass, '*');
        const route = routeOf(overrides, ask, NOW);
        expect(route.bypass).toBe(isBypassed);
        if (isBypassed) expect(route).toEqual({ ...PLAIN_ROUTE, bypass: true });
      }),
    );
  });

  it('has the pins of its alias and of its safeguard’s, as long as they last, and no others', () => {
    fc.assert(
      fc.property(someOverrides, anAsk, (overrides, ask) => {
        const route = routeOf(overrides, ask, NOW);
        for (const name of NAMES) {
          const isItsOwn = name === ask.alias.name || name === ask.safeguardAlias?.name;
          const isPinned = !route.bypass && isItsOwn && isOn(overrides.pins, name);
          expect(pinnedIn(route, name)).toBe(isPinned ? overrides.pins[name]?.deployment : undefined);
        }
      }),
    );
  });

  it('has the safeguard of its own feature, unless it is bypassed', () => {
    fc.assert(
      fc.property(someOverrides, anAsk, (overrides, ask) => {
        const route = routeOf(overrides, ask, NOW);
        expect(route.safeguard).toBe(!route.bypass && isOn(overrides.safeguards, ask.feature));
      }),
    );
  });

  it('is the plain one itself where nothing concerns it, and as JSON it is the same', () => {
    fc.assert(
      fc.property(someOverrides, anAsk, (overrides, ask) => {
        const route = routeOf(overrides, ask, NOW);
        const isPlain = !route.bypass && !route.safeguard && NAMES.every((name) => pinnedIn(route, name) === undefined);
        expect(route === PLAIN_ROUTE).toBe(isPlain);
        expect(JSON.parse(JSON.stringify(route))).toEqual(route);
      }),
    );
    const ask = {
      feature: 'chat',
      alias: alias('app/chat'),
      safeguardAlias: undefined,
      tenant: 't',
      user: null,
      drill: undefined,
    };
    expect(routeOf(NO_OVERRIDES, ask, NOW)).toBe(PLAIN_ROUTE);
  });

  it('takes along the lists in force of its own aliases', () => {
    fc.assert(
      fc.property(someOverrides, fc.array(aName, { maxLength: 2 }), (overrides, names) => {
        const lists = listsInForce(overrides, names, NOW);
        const listed = NAMES.filter((name) => names.includes(name) && isOn(overrides.aliases, name));
        expect(Object.keys(lists ?? {}).toSorted()).toEqual(listed.toSorted());
        expect(lists === undefined).toBe(listed.length === 0);
      }),
    );
  });
});

describe('the mode of an answer', () => {
  it.each([
    [{}, 'normal', 'normal', true],
    [{}, 'safeguard', 'safeguard', true],
    [{ drill: true }, 'normal', 'drill', false],
    [{ drill: true }, 'safeguard', 'drill', false],
    [{ bypass: true }, 'safeguard', 'bypass', false],
    [{ bypass: true, drill: true }, 'normal', 'bypass', false],
  ] as const)('%j, granted as %s: %s', (set, granted, mode, ordinary) => {
    const route = { ...PLAIN_ROUTE, ...set };
    expect([edgeMode(route, granted), isOrdinary(route)]).toEqual([mode, ordinary]);
  });
});
