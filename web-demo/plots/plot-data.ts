/** What a plot shows. Times are epoch milliseconds. */

/** What a line or a mark means; styles give each its colour in both themes. */
export type Tone = 'accent' | 'ink' | 'faint' | 'good' | 'warn' | 'bad' | 'away';

export interface Point {
  at: number;
  /** Null: a gap. */
  value: number | null;
}

/** One line. */
export interface Line {
  name: string;
  tone: Tone;
  points: readonly Point[];
  /** The area below it is tinted. */
  filled?: boolean;
  /** The values are expected, not measured. */
  dashed?: boolean;
  /** The label at its end, in place of its name; null: none. */
  label?: string | null;
}

/** A dashed line across, such as a promise. */
export interface Level {
  value: number;
  text: string;
  tone: Tone;
}

/** Something that happened. */
export interface Mark {
  from: number;
  /** Null: it goes on. */
  to: number | null;
  text: string;
  tone: Tone;
}

/** A whole plot. */
export interface PlotData {
  /** Its name for screen readers. */
  name: string;
  lines: readonly Line[];
  levels?: readonly Level[];
  marks?: readonly Mark[];
  from: number;
  to: number;
  /** The lowest value of the y axis; undefined: 0. */
  lowest?: number;
  highest?: number;
  /** A value with its unit. */
  text: (value: number) => string;
  /** A time, as exactly as the points are apart. */
  when: (at: number) => string;
  /** A time below the x axis. */
  tick: (at: number) => string;
  /** The sentence shown without data: when there will be some. */
  empty: string;
}

/** One row of the table of the same figures: a value for each line that has the time, else null. */
export interface Row {
  at: number;
  values: (number | null)[];
}

/** Every time that a line has a point at, oldest first. */
export function rowsOf(lines: readonly Line[]): Row[] {
  const rows = new Map<number, Row>();
  for (const [index, { points }] of lines.entries()) {
    for (const { at, value } of points) {
      const row = rows.get(at) ?? { at, values: lines.map(() => null) };
      row.values[index] = value;
      rows.set(at, row);
    }
  }
  return [...rows.values()].sort((a, b) => a.at - b.at);
}

/** The y axis: from 0, or from `lowest`, to a round value above everything that is drawn. */
export function heightsOf({ lines, levels = [], lowest, highest }: PlotData): { least: number; most: number } {
  const values = lines.flatMap(({ points }) => points.flatMap(({ value }) => value ?? []));
  const all = [...values, ...levels.map(({ value }) => value)];
  const least = Math.min(lowest ?? 0, ...(lowest === undefined ? all : []));
  return { least, most: highest ?? Math.max(...all, least) };
}

/** All values at one time, as one sentence. */
export function momentText({ lines, when, text }: PlotData, { at, values }: Row): string {
  const known = lines.flatMap(({ name }, index) => {
    const value = values[index];
    return value == null ? [] : [`${name} ${text(value)}`];
  });
  return `${when(at)}: ${known.length === 0 ? 'no data' : known.join(', ')}`;
}
