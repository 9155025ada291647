import { describe, expect, it } from 'vitest';
import {
  clearOverride,
  OVERRIDE_KINDS,
  type OverrideChange,
  type SetOverride,
  setOverride,
  wholeOverrides,
  withoutEnded,
} from '../../../../worker/core/routing/override-changes.ts';
import { inForce, NO_OVERRIDES, type Overrides } from '../../../../worker/core/routing/overrides.ts';
import { START } from './arbitraries.ts';

const said = { until: START + 1_000, reason: 'why', who: 'ann' };
const SETS: readonly SetOverride[] = [
  ['pins', 'app/chat', { ...said, deployment: 'a' }],
  ['bypass', '*', said],
  ['faults', 'a', { ...said, fault: 'slow', traffic: 'drill' }],
  ['aliases', 'app/chat', { ...said, deployments: [{ id: 'a', model: 'm' }] }],
  ['safeguards', 'chat', said],
  ['frozen', '*', said],
];

const setAll = (sets: readonly SetOverride[], from: Overrides = NO_OVERRIDES): Overrides =>
  sets.reduce((overrides, set) => setOverride(overrides, set, START).overrides, from);

describe.each(SETS)('%s', (...set) => {
  const [kind, name, entry] = set;

  it('is set with the version of the change, and says what it replaced', () => {
    const first = setOverride(NO_OVERRIDES, set, START);
    expect(first.before).toBeNull();
    expect(first.overrides).toEqual({ ...NO_OVERRIDES, version: 1, [kind]: { [name]: { ...entry, version: 1 } } });
    const again = setOverride(first.overrides, set, START + 1);
    expect(again.before).toEqual({ ...entry, version: 1 });
    expect(again.overrides).toMatchObject({ version: 2, [kind]: { [name]: { version: 2 } } });
  });

  it('is cleared with a version of its own, and leaves the others', () => {
    const all = setAll(SETS);
    const cleared = clearOverride(all, kind, name, START);
    expect(cleared.before).toMatchObject(entry);
    expect(cleared.overrides).toEqual({ ...all, version: SETS.length + 1, [kind]: {} });
  });

  it('counts as not set once it has ended', () => {
    const ended: OverrideChange = { before: null, overrides: { ...NO_OVERRIDES, version: 1 } };
    expect(clearOverride(setAll([set]), kind, name, START + 1_000)).toEqual(ended);
    expect(setOverride(setAll([set]), set, START + 1_000).before).toBeNull();
    expect(clearOverride(setAll([set]), kind, name, START + 999).before).not.toBeNull();
  });

  it('may have any name, and names that objects have anyway are not set', () => {
    for (const odd of ['__proto__', 'constructor', 'toString', '']) {
      expect(clearOverride(setAll(SETS), kind, odd, START)).toEqual({ before: null, overrides: setAll(SETS) });
      const { overrides } = setOverride(NO_OVERRIDES, [kind, odd, entry] as SetOverride, START);
      const read = wholeOverrides(JSON.parse(JSON.stringify(overrides)));
      expect(inForce(read[kind], odd, START)).toMatchObject(entry);
      expect(clearOverride(read, kind, odd, START).overrides).toEqual({ ...NO_OVERRIDES, version: 2 });
    }
  });
});

describe('what has ended', () => {
  it('leaves with the next change, of whichever kind; what has no end stays', () => {
    const endless: SetOverride = ['aliases', 'app/fast', { ...said, until: null, deployments: [] }];
    const all = setAll([...SETS, endless]);
    const later: SetOverride = ['pins', 'app/fast', { ...said, until: START + 9_000, deployment: 'b' }];
    const { overrides } = setOverride(all, later, START + 1_000);
    expect(Object.fromEntries(OVERRIDE_KINDS.map((kind) => [kind, Object.keys(overrides[kind])]))).toEqual({
      pins: ['app/fast'],
      bypass: [],
      faults: [],
      aliases: ['app/fast'],
      safeguards: [],
      frozen: [],
    });
  });

  it('leaves without a new version, and where nothing has ended the object stays the same', () => {
    const all = setAll(SETS);
    expect(withoutEnded(all, START + 999)).toBe(all);
    expect(withoutEnded(all, START + 1_000)).toEqual({ ...NO_OVERRIDES, version: SETS.length });
  });
});

it('reads what an earlier build stored, without the kinds that it did not know', () => {
  expect(wholeOverrides({ version: 3, pins: {} })).toEqual({ ...NO_OVERRIDES, version: 3 });
  const published = JSON.parse('{"version": 3, "pins": {}, "safeguards": {}, "frozen": null}');
  expect(withoutEnded(wholeOverrides(published), START)).toEqual({ ...NO_OVERRIDES, version: 3 });
});
