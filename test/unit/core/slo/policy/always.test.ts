/** What holds of a policy whatever happens: outages, quiet nights, people, a board that does not answer, orders carried out twice. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { clearOverride, setOverride } from '../../../../../worker/core/routing/override-changes.ts';
import { MINUTE_MS, ruleOf, World } from './world.ts';

const aSpell = fc.record({
  minutes: fc.integer({ min: 1, max: 90 }),
  requests: fc.constantFrom(0, 1, 3, 20, 100),
  a: fc.boolean(),
  b: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  /** Of the board, in each of its minutes. */
  answers: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  /** How often an order is carried out; 0: later. */
  times: fc.constantFrom(1, 1, 1, 0, 2),
  person: fc.constantFrom(null, null, null, 'pins', 'frozen', 'bypass', 'ends the pin', 'ends the freeze'),
});

const RULES = [
  ruleOf('burn>2x/1h', ['incident', 'pin', 'freeze'], { name: 'fast' }),
  ruleOf('burn>6x/6h', ['pin', 'safeguard'], { name: 'slow' }),
  ruleOf('budget<20%', ['incident', 'freeze'], { name: 'spent' }),
];

function act(world: World, person: string | null): void {
  const entry = { until: world.now + 40 * MINUTE_MS, reason: 'mine', who: 'ana' };
  const { overrides, now } = world;
  const after = {
    pins: () => setOverride(overrides, ['pins', 'app/chat', { ...entry, deployment: 'a' }], now),
    frozen: () => setOverride(overrides, ['frozen', '*', entry], now),
    bypass: () => setOverride(overrides, ['bypass', '*', entry], now),
    'ends the pin': () => clearOverride(overrides, 'pins', 'app/chat', now),
    'ends the freeze': () => clearOverride(overrides, 'frozen', '*', now),
  }[person ?? ''];
  if (after !== undefined) world.overrides = after().overrides;
}

it('obeys the guard and the pause of pins, leaves people’s overrides alone, undoes once, and leaves nothing behind', () => {
  const seen = { pins: 0, undone: 0, byHand: 0, incidents: 0 };
  fc.assert(
    fc.property(fc.array(aSpell, { minLength: 3, maxLength: 12 }), (spells) => {
      const world = new World([...RULES]);
      let pinnedAt = Number.NEGATIVE_INFINITY;
      for (const { minutes, requests, a, b, answers, times, person } of spells) {
        act(world, person);
        for (let minute = 0; minute < minutes; minute++) {
          world.pass(requests, { a, b });
          const before = world.overrides;
          const { orders } = world.look({ boardAnswers: answers, carriesOut: false });
          for (const order of orders) {
            if (order.do === 'undo') {
              // Nothing is undone twice: what is set again has been ordered again.
              const same = world.orders.filter((one) => one.do !== 'undo' && one.do === order.of).length;
              const undone = world.orders.filter((one) => one.do === 'undo' && one.of === order.of).length;
              expect(undone).toBeLessThanOrEqual(same);
              seen.undone++;
            }
            if (order.do !== 'pin') continue;
            seen.pins++;
            expect(order.at - pinnedAt).toBeGreaterThanOrEqual(120 * MINUTE_MS);
            pinnedAt = order.at;
            const [good, bad] = order.deployment === 'b' ? (['b', 'a'] as const) : (['a', 'b'] as const);
            const windows = [60, 360].map((length) => {
              const [well, ill] = [world.last(good, length * MINUTE_MS), world.last(bad, length * MINUTE_MS)];
              const isCulprit = ill.bad >= 0.8 * (ill.bad + well.bad) && ill.bad + well.bad >= world.minErrors;
              return isCulprit && well.good >= 0.99 * (well.good + well.bad) && well.good + well.bad >= world.minErrors;
            });
            expect(windows).toContain(true);
            expect(before.pins['app/chat']?.until ?? 0).toBeLessThanOrEqual(world.now);
          }
          if (times > 0) world.carryOut(times);
          for (const kind of ['pins', 'frozen', 'bypass'] as const) {
            for (const [name, entry] of Object.entries(before[kind])) {
              const isTheirs = entry.who === 'ana' && (entry.until ?? 0) > world.now;
              if (isTheirs) expect([kind, world.overrides[kind][name]]).toEqual([kind, entry]);
            }
          }
          // One incident an objective.
          expect(world.open.length).toBeLessThanOrEqual(1);
          if (world.last('requests', 30 * 86_400_000).bad < world.minErrors) {
            expect([world.orders, world.incidents.size]).toEqual([[], 0]);
          }
        }
        if (person?.startsWith('ends')) seen.byHand++;
      }
      world.carryOut();
      // Recovered, with so much traffic that hardly anything of it was bad.
      world.run(420, 100_000);
      expect([world.state.active, world.state.set, world.open]).toEqual([{}, {}, []]);
      const left = (['pins', 'safeguards', 'frozen'] as const).flatMap((kind) => Object.values(world.overrides[kind]));
      expect(left.filter(({ who, until }) => who !== 'ana' && (until ?? 0) > world.now)).toEqual([]);
      seen.incidents += world.incidents.size;
    }),
    { numRuns: 60 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(5);
});
