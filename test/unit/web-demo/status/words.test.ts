import fc from 'fast-check';
import { expect, test } from 'vitest';
import { figuresFor } from '../../../../web-demo/status/figures.ts';
import { heroOf } from '../../../../web-demo/status/hero.ts';
import { figuresOf, titleOf } from '../../../../web-demo/status/promises.ts';
import type { Promised } from '../../../../web-demo/status/report.ts';
import { statusWords } from '../../../../web-demo/status/words.ts';
import { madeSentence } from '../../../../worker/core/slo/public-incident.ts';
import type { AverageObjective, Objective, Sli } from '../../../../worker/core/slo/slo.ts';
import { average, HOUR_MS, NOW, reportOf, share } from './fixture.ts';

/** Without spaces that hold a number and its unit together. */
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

const en = statusWords(['en-GB']);
const de = statusWords(['fr', 'de-DE', 'en']);

test.for([
  [share(), 'Answers arrive', 'Antworten kommen an'],
  [share({ sli: 'ttft', under: '2.5s' }), 'The first word comes within 2.5 s', 'Das erste Wort kommt binnen 2,5 s'],
  [share({ sli: 'latency', under: '2m' }), 'The whole answer comes within 2 min', /binnen 2 Min\.$/],
  [share({ sli: 'cost', atMostUsd: 0.02 }), 'An answer costs us at most $0.02', /höchstens 0,02 \$$/],
  [share({ sli: 'external', name: 'retrieval' }), 'The service “retrieval” works', /„retrieval“/],
  [share({ sli: 'composite' }), 'All of this together', 'Alles zusammen'],
  [average(), 'An answer costs us at most $0.015 on average', /im Schnitt höchstens 0,015 \$$/],
] as [Promised, string, string | RegExp][])('a promise in words: %o', ([promise, inEnglish, inGerman]) => {
  expect(plain(titleOf(promise, en))).toBe(inEnglish);
  expect(plain(titleOf(promise, de))).toMatch(inGerman);
});

test.for([
  [share(), '99.71 % · promise 99.5 %'],
  [share({ total: 12_974 }), '99.71 % of 12,974 answers · promise 99.5 %'],
  [share({ sli: 'ttft', target: 95, promised: 95, value: 0.994 }), '99.4 % of answers · promise 95 %'],
  [share({ promised: 99, value: null }), 'nothing to judge by yet · promise 99 %'],
  [average(), '$0.0093 on average'],
  [average({ valueUsd: null }), 'nothing to judge by yet'],
] as [Promised, string][])('what became of %o', ([promise, text]) => {
  expect(plain(figuresOf(promise, en))).toBe(text);
});

test('a share below what is promised never looks like it', () => {
  const figures = figuresFor('en');
  fc.assert(
    fc.property(
      fc.constantFrom(90, 95, 99, 99.5, 99.9, 99.95, 99.99, 100),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (target, value) => {
        const shown = Number.parseFloat(figures.percent(value, target));
        expect(shown).toBeLessThanOrEqual(value * 100 + 1e-5);
        if (value * 100 < target - 1e-5) expect(shown).toBeLessThan(target);
        expect(shown).toBeGreaterThan(value * 100 - 0.1);
      },
    ),
  );
});

test('times are of the reader’s zone, days by UTC', () => {
  const at = Date.UTC(2026, 10, 28, 23, 30);
  expect(en.figures.utcDay(at)).toMatch(/^Sat.* 28 Nov$/);
  expect(en.figures.span(at, at + 1_200_000)).toMatch(/^2\d Nov(ember)?.*\d\d:\d\d–\d\d:\d\d/);
  expect(plain(de.figures.length(72 * 3_600_000))).toBe('3 Tagen');
  expect(plain(en.figures.length(41_000))).toBe('41 s');
});

const SLIS = ['success', 'ttft', 'latency', 'cost', 'valid', 'quality', 'external', 'composite'] as const;

test.for(SLIS)(
  'an incident that nobody wrote about, of a promise about %s: in the words of the router, and in German',
  (sli) => {
    const kind = sli === 'composite' ? 'all' : sli;
    for (const feature of ['chat', null]) {
      const objective = { name: 'p', feature, sli: { kind } as Sli } as Objective;
      const made = madeSentence('p', { objectives: [objective], averages: [] });
      expect(en.happened.made(sli, feature)).toBe(made);
      const german = de.happened.made(sli, feature);
      expect(german).toMatch(feature === null ? /^[A-ZÄÖÜ][^.]+\.$/ : / von chat /);
      expect(german).not.toBe(made);
    }
  },
);

test('an incident of an average, or of nothing in particular', () => {
  const average = { name: 'p', feature: 'chat' } as AverageObjective;
  expect(en.happened.made('average', 'chat')).toBe(madeSentence('p', { objectives: [], averages: [average] }));
  expect(en.happened.made(null, null)).toBe(madeSentence(null, { objectives: [], averages: [] }));
  expect(de.happened.made('average', 'chat')).toBe('Antworten von chat kosteten mehr als geplant.');
  expect(de.happened.made(null, null)).toBe('Etwas funktionierte nicht wie versprochen.');
});

test('an open incident at the top of the page: the operator’s note as written, or else the page’s own words', () => {
  const opened = { id: 'i', openedAt: NOW - HOUR_MS, closedAt: null, objective: 'chat-success', feature: 'chat' };
  const incidents = [
    { ...opened, publicNote: null, text: 'Some answers of chat did not arrive.' },
    { ...opened, publicNote: 'We are on it.', text: 'We are on it.' },
  ];
  const linesIn = (words: typeof en) => heroOf({ report: reportOf({ incidents }), away: null, now: NOW }, words).lines;
  expect(linesIn(en)).toEqual(['Some answers of chat did not arrive.', 'We are on it.']);
  expect(linesIn(de)).toEqual(['Einige Antworten von chat kamen nicht an.', 'We are on it.']);
});
