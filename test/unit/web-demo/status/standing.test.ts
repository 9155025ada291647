import { expect, test } from 'vitest';
import { happeningsOf } from '../../../../web-demo/status/happened.ts';
import { overallOf, standingOf } from '../../../../web-demo/status/standing.ts';
import { average, HOUR_MS, NOW, reportOf, share } from './fixture.ts';

test.for([
  [{ value: 0.9971, state: 'healthy' }, 'kept'],
  [{ value: 0.995, state: 'healthy' }, 'kept'],
  [{ value: 0.9971, state: 'burning' }, 'strained'],
  // Its target is used up, and what is promised is still kept.
  [{ value: 0.993, state: 'exhausted', promised: 99 }, 'strained'],
  [{ value: 0.9949, state: 'exhausted' }, 'broken'],
  // Nobody asked for some hours; what was counted before still says how it stands.
  [{ value: 0.9949, state: 'no_data' }, 'broken'],
  [{ value: 0.9971, state: 'no_data' }, 'kept'],
  [{ value: null, state: 'no_data' }, 'unknown'],
] as const)('a share with %o is %s', ([given, standing]) => {
  expect(standingOf(share(given))).toBe(standing);
});

test.for([
  ['healthy', 'kept'],
  ['exceeded', 'broken'],
  ['no_data', 'unknown'],
] as const)('an average that is %s is %s', ([state, standing]) => {
  expect(standingOf(average({ state }))).toBe(standing);
});

const broken = share({ name: 'broken', value: 0.9, state: 'exhausted' });
const strained = share({ name: 'strained', state: 'burning' });
const unknown = share({ value: null, state: 'no_data' });
const incident = {
  id: '1',
  openedAt: NOW - HOUR_MS,
  closedAt: null,
  objective: null,
  feature: null,
  publicNote: 'It fails.',
  text: 'It fails.',
};
const closed = { ...incident, closedAt: NOW };
const window = { from: NOW - 1, to: NOW + HOUR_MS, reason: 'An update.', announcedAt: 0 };

test.for([
  ['nothing is public', { objectives: [], averages: [] }, { kind: 'nothing' }],
  ['all are kept', {}, { kind: 'kept', of: 2 }],
  ['one has no traffic', { objectives: [unknown] }, { kind: 'kept', of: 2 }],
  ['none has traffic', { objectives: [unknown], averages: [] }, { kind: 'unknown' }],
  ['one is broken', { objectives: [broken, strained] }, { kind: 'broken', names: ['broken'], of: 3 }],
  ['an incident is worse than a strain', { objectives: [strained], incidents: [incident] }, { kind: 'incident' }],
  ['it is over', { incidents: [closed] }, { kind: 'kept', of: 2 }],
  ['one is strained', { objectives: [strained] }, { kind: 'strained', names: ['strained'], of: 2 }],
  ['maintenance goes on', { maintenance: [window] }, { kind: 'maintenance', until: window.to }],
  ['it is announced', { maintenance: [{ ...window, from: NOW + 1 }] }, { kind: 'kept', of: 2 }],
  ['it is over since now', { maintenance: [{ ...window, to: NOW }] }, { kind: 'kept', of: 2 }],
] as const)('first comes what is worst: %s', ([, given, overall]) => {
  expect(overallOf(reportOf(given), NOW)).toEqual(overall);
});

test('what goes on comes first, then what is planned, then what is over', () => {
  const at = (hours: number) => NOW + hours * HOUR_MS;
  const report = reportOf({
    incidents: [
      { ...closed, openedAt: at(-9), closedAt: at(-8) },
      { ...closed, openedAt: at(-3), closedAt: at(-2), publicNote: 'Later.', text: 'Later.' },
      incident,
    ],
    maintenance: [
      { ...window, from: at(48), to: at(49), reason: 'Second.' },
      { ...window, from: at(24), to: at(25), reason: 'First.' },
      { ...window, from: at(-6), to: at(-5), reason: 'Done.' },
    ],
    drills: [
      { from: at(-2), to: at(1), feature: null },
      { from: at(-7), to: at(-6.5), feature: 'chat' },
    ],
  });
  expect(happeningsOf(report, NOW).map(({ kind, phase, text }) => `${phase} ${text ?? kind}`)).toEqual([
    ...['now It fails.', 'now drill', 'planned First.', 'planned Second.'],
    ...['over Later.', 'over Done.', 'over drill', 'over It fails.'],
  ]);
});

test('what nobody wrote about has no words yet: the page makes them in its language', () => {
  const report = reportOf({ incidents: [{ ...incident, publicNote: null }] });
  expect(happeningsOf(report, NOW)[0]).toMatchObject({ text: null });
});
