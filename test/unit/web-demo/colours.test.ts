/** Text has a contrast of 4.5:1 on each of its backgrounds, icons and edges 3:1; in both themes, and 7:1 with more contrast. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectDirectory } from '../../../cli/project.ts';

const css = readFileSync(join(projectDirectory, 'web-demo/styles/tokens.css'), 'utf8');

/** The tokens of each `:root`, in the order of the file. */
const blocks = [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, body = '']) =>
  Object.fromEntries(
    [...body.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', colour = '']) => [name, colour]),
  ),
);
const [light = {}, dark = {}, more = {}, moreDark = {}] = blocks;
const THEMES = {
  light,
  dark: { ...light, ...dark },
  'light, more contrast': { ...light, ...more },
  'dark, more contrast': { ...light, ...dark, ...more, ...moreDark },
};

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [bright = 0, dim = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (bright + 0.05) / (dim + 0.05);
}

const GROUNDS = ['paper', 'surface', 'sunken'];
const STATES = ['accent', 'good', 'warn', 'bad', 'away'];
const TEXTS: [string, string][] = [
  ...['ink', 'ink-2', 'beside', ...STATES].flatMap((text) => GROUNDS.map((ground): [string, string] => [text, ground])),
  ...STATES.map((state): [string, string] => [state, `${state}-soft`]),
  // The strip, notes and questions.
  ...['ink', 'ink-2'].flatMap((text) => [...STATES].map((state): [string, string] => [text, `${state}-soft`])),
  ['beside', 'accent-soft'],
  ['beside', 'away-soft'],
  ['on-accent', 'accent'],
  ['on-state', 'bad'],
];
const MARKS = GROUNDS.flatMap((ground): [string, string][] => [
  ['edge', ground],
  ['ink-3', ground],
]);

describe.each(Object.entries(THEMES))('%s', (name, colours) => {
  const isMore = name.includes('more');
  it.each(TEXTS)('%s on %s can be read', (text, ground) => {
    expect(contrast(colours[text] ?? '', colours[ground] ?? '')).toBeGreaterThanOrEqual(isMore ? 7 : 4.5);
  });
  it.each(MARKS)('%s on %s can be seen', (mark, ground) => {
    expect(contrast(colours[mark] ?? '', colours[ground] ?? '')).toBeGreaterThanOrEqual(3);
  });
});
