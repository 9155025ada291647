import { describe, expect, it } from 'vitest';
import { clearOverride, setOverride } from '../../../../../worker/core/routing/override-changes.ts';
import { MINUTE_MS, objectiveOf, ruleOf, START, World } from './world.ts';

const FAST = () => new World([ruleOf('burn>2x/1h', ['incident', 'pin', 'safeguard', 'freeze'])]);
const byAna = (now: number) => ({ until: now + 3_600_000, reason: 'mine', who: 'ana' });

describe('a burn', () => {
  it('opens an incident, pins the other deployment, sets safeguard and freeze, and undoes all of that half an hour after it is over', () => {
    const world = FAST();
    world.run(60, 100);
    world.run(1, 100, { a: true });
    // 50 of 6,000 are bad: less than 2 % in the hour, so not yet.
    expect(world.open).toEqual([]);
    world.run(2, 100, { a: true });
    const [incident] = world.open;
    expect(incident).toMatchObject({
      ...{ title: 'Success of chat burns its error budget 2.5 times too fast over one hour.', openedBy: 'policy:rule' },
      ...{ openedAt: START + 63 * MINUTE_MS, objective: 'chat-success', feature: 'chat', tenant: null },
      actions: [
        { text: 'app/chat was pinned to b for 30 minutes: a made 100 % of its bad attempts.' },
        { text: 'chat is served by its safeguard.' },
        { text: 'Promotions were frozen.' },
      ],
    });
    const reason = incident?.title;
    expect(world.pin()).toMatchObject({
      deployment: 'b',
      who: 'policy:rule',
      until: world.now + 30 * MINUTE_MS,
      reason,
    });
    expect(world.overrides.safeguards).toMatchObject({ chat: { who: 'policy:rule', reason } });
    expect(world.overrides.frozen).toMatchObject({ '*': { who: 'policy:rule', reason } });
    // b serves from now on, and nothing is bad.
    world.run(29, 100, { a: true });
    expect(world.open).toHaveLength(1);
    world.run(1, 100);
    expect(world.open).toEqual([]);
    expect(world.incidents.get(incident?.id ?? '')).toMatchObject({ closedBy: 'policy:rule', closedAt: world.now });
    expect([world.overrides.safeguards, world.overrides.frozen, world.pin()]).toEqual([{}, {}, undefined]);
    expect(world.state.active).toEqual({});
    world.run(200, 100);
    expect(world.state.set).toEqual({});
    expect(world.orders.filter((order) => order.do === 'undo').map((order) => order.do === 'undo' && order.of)).toEqual(
      ['safeguard', 'freeze'],
    );
  });

  it('pins no deployment if both are down, and says why once', () => {
    const world = new World([ruleOf('burn>2x/1h', ['incident', 'pin'])]);
    world.run(60, 100);
    world.run(30, 100, { a: true, b: true });
    expect(world.orders).toEqual([]);
    const said = world.open[0]?.actions.map(({ text }) => text);
    expect(said?.at(-1)).toBe('app/chat was not pinned: the bad attempts come from more than one deployment.');
    expect(said?.length).toBeLessThanOrEqual(2);
  });

  it('pins an alias again only two hours later', () => {
    const world = new World([ruleOf('burn>2x/1h', ['pin'])]);
    world.run(60, 100);
    const pinnedAt: number[] = [];
    for (let minute = 0; minute < 300; minute++) {
      world.run(1, 100, { a: world.pin() === undefined });
      const pins = world.orders.filter((order) => order.do === 'pin').map(({ at }) => at);
      pinnedAt.splice(0, pinnedAt.length, ...pins);
    }
    expect(pinnedAt.length).toBeGreaterThan(1);
    for (const [index, at] of pinnedAt.entries()) {
      if (index > 0) expect(at - (pinnedAt[index - 1] ?? 0)).toBeGreaterThanOrEqual(120 * MINUTE_MS);
    }
    expect(world.told).toContain('app/chat was not pinned: it was pinned less than two hours ago.');
  });

  it('of fewer bad requests than minErrors does nothing, however many percent they are', () => {
    const world = FAST();
    world.run(1, 4, { a: true, b: true });
    expect([world.orders, world.open]).toEqual([[], []]);
    world.run(1, 1, { a: true, b: true });
    expect(world.open).toHaveLength(1);
  });

  it('that is over opens nothing, although its hour is still bad', () => {
    const world = FAST();
    world.run(5, 100, { a: true });
    expect(world.open).toHaveLength(1);
    const [other] = [FAST()];
    for (let minute = 0; minute < 5; minute++) other.pass(100, { a: true });
    for (let minute = 0; minute < 6; minute++) other.pass(100);
    other.look();
    expect([other.orders, other.open]).toEqual([[], []]);
  });
});

describe('what a person has set', () => {
  it('stays, and is reported as the reason why the policy does not set its own', () => {
    const world = FAST();
    world.run(60, 100);
    for (const set of [
      ['pins', 'app/chat', { ...byAna(world.now), deployment: 'a' }],
      ['safeguards', 'chat', byAna(world.now)],
      ['frozen', '*', byAna(world.now)],
    ] as const)
      world.overrides = setOverride(world.overrides, [...set], world.now).overrides;
    world.run(20, 100, { a: true });
    expect(world.orders).toEqual([]);
    expect(world.told).toEqual([
      'The pin of app/chat was set by ana already.',
      'The safeguard of chat was set by ana already.',
      'The freeze was set by ana already.',
    ]);
    world.run(35, 100);
    expect(world.state.active).toEqual({});
    expect(world.pin()).toMatchObject({ who: 'ana' });
    expect(world.overrides.frozen).toMatchObject({ '*': { who: 'ana' } });
  });

  it('in place of the policy’s override is not undone, and what a person has ended is not set again', () => {
    const world = FAST();
    world.run(60, 100);
    world.run(3, 100, { a: true });
    world.overrides = setOverride(
      world.overrides,
      ['pins', 'app/chat', { ...byAna(world.now), deployment: 'a' }],
      world.now,
    ).overrides;
    world.overrides = clearOverride(world.overrides, 'safeguards', 'chat', world.now).overrides;
    world.run(10, 100, { a: true });
    expect(world.told).toEqual(
      expect.arrayContaining([
        'The pin of app/chat was replaced by ana by hand.',
        'The safeguard of chat was ended by hand.',
      ]),
    );
    expect([world.pin()?.who, world.overrides.safeguards]).toEqual(['ana', {}]);
    world.run(40, 100);
    expect([world.pin()?.who, world.overrides.frozen, world.state.active]).toEqual(['ana', {}, {}]);
  });

  it('at the very moment of an order wins too', () => {
    const world = FAST();
    world.run(60, 100);
    world.pass(100, { a: true });
    world.pass(100, { a: true });
    world.pass(100, { a: true });
    world.look({ carriesOut: false });
    world.overrides = setOverride(
      world.overrides,
      ['pins', 'app/chat', { ...byAna(world.now), deployment: 'a' }],
      world.now,
    ).overrides;
    world.carryOut();
    expect(world.pin()?.who).toBe('ana');
    world.run(50, 100);
    expect(world.pin()?.who).toBe('ana');
  });

  it('as a bypass prevents a pin', () => {
    const world = new World([ruleOf('burn>2x/1h', ['pin'])]);
    world.run(60, 100);
    world.overrides = setOverride(world.overrides, ['bypass', '*', byAna(world.now)], world.now).overrides;
    world.run(5, 100, { a: true });
    expect(world.told).toEqual(['app/chat was not pinned: ana has set a bypass.']);
  });
});

describe('a share of a budget', () => {
  it('that is spent by the rule’s day causes a freeze until the month ends or less is spent, and no incident is opened twice', () => {
    const world = new World([ruleOf('month>50%@15', ['incident', 'safeguard', 'freeze'])]);
    for (let hour = 0; hour < 24; hour++) world.run(60, 100);
    // A day of 31: half of the month's budget is 1 % of 15.5 days' requests.
    world.run(8 * 60, 100, { a: true });
    expect(world.open).toHaveLength(1);
    expect(world.open[0]?.title).toBe('Success of chat has spent 50 % of its error budget of 2027-05 by day 2.');
    world.run(24 * 60, 100);
    expect(world.open).toEqual([]);
    expect(world.overrides.safeguards).toEqual({});
    // The freeze was set again in time.
    expect(world.overrides.frozen['*']?.until).toBeGreaterThan(world.now + 11 * 3_600_000);
    world.run(3 * 60, 100, { a: true });
    expect([...world.incidents.values()]).toHaveLength(1);
    expect(world.overrides.frozen).not.toEqual({});
  });

  it('counts only until the rule’s day', () => {
    const world = new World([ruleOf('month>50%@1', ['freeze'])]);
    for (let hour = 0; hour < 24; hour++) world.run(60, 10);
    world.run(12 * 60, 10, { a: true });
    expect(world.orders).toEqual([]);
  });

  it('that is left over the window causes a freeze while it is too small', () => {
    const world = new World([ruleOf('budget<20%', ['freeze'])]);
    world.objective = objectiveOf({ windowMs: 86_400_000 });
    for (let hour = 0; hour < 24; hour++) world.run(60, 100);
    world.run(23, 100, { a: true });
    expect(world.orders).toEqual([]);
    world.run(1, 100, { a: true });
    expect(world.overrides.frozen).toMatchObject({
      '*': { reason: 'Success of chat has 17 % of its error budget left.' },
    });
    for (let hour = 0; hour < 23; hour++) world.run(60, 100);
    expect(world.overrides.frozen).not.toEqual({});
    world.run(90, 100);
    expect(world.overrides.frozen).toEqual({});
  });
});

describe('several rules', () => {
  it('of one objective share an incident, which is open until the last of them ends', () => {
    const world = new World([
      ruleOf('burn>2x/1h', ['incident'], { name: 'fast' }),
      ruleOf('burn>5x/30m', ['incident', 'freeze'], { name: 'faster' }),
    ]);
    world.run(60, 100);
    world.run(20, 100, { a: true });
    expect(Object.keys(world.state.active)).toEqual(['fast/chat-success', 'faster/chat-success']);
    expect(world.incidents.size).toBe(1);
    expect(world.open[0]?.openedBy).toBe('policy:fast');
    world.run(40, 100);
    expect([world.open, world.state.active, world.overrides.frozen]).toEqual([[], {}, {}]);
  });

  it('end when config no longer has them, and so does all that they have set', () => {
    const world = FAST();
    world.run(60, 100);
    world.run(5, 100, { a: true });
    world.rules.splice(0, 1);
    world.look();
    expect([world.open, world.state.active, world.pin(), world.overrides.frozen]).toEqual([[], {}, undefined, {}]);
  });
});

it('says that a feature has no safeguard', () => {
  const world = new World([ruleOf('burn>2x/1h', ['safeguard'])]);
  world.hasSafeguard = false;
  world.run(10, 100, { a: true });
  expect([world.orders, world.told]).toEqual([[], ['chat has no safeguard.']]);
});

it('looks every minute while a rule acts, in time for each renewal, and otherwise with the next record', () => {
  const world = new World([ruleOf('month>50%@15', ['freeze'])]);
  world.pass(100);
  expect(world.look().nextLookAt).toBeNull();
  world.run(10 * 60, 100, { a: true });
  world.pass(100, { a: true });
  expect(world.look().nextLookAt).toBe(world.now + MINUTE_MS);
  world.run(60, 0);
  world.pass(0);
  const { nextLookAt } = world.look();
  expect(nextLookAt).toBe((world.overrides.frozen['*']?.until ?? 0) - 12 * 3_600_000);
});
