/** What a plot shows. Times are epoch milliseconds. */

/** The meaning of a line or a mark. The styles give each tone its colour in both themes. */
export type Tone = 'accent' | 'ink' | 'faint' | 'good' | 'warn' | 'bad' | 'away';

export interface Point {
  at: number;
  /** Null for a gap. */
  value: number | null;
}

/** One line. */
export interface Line {
  name: string;
  tone: Tone;
  points: readonly Point[];
  /** True if the area below the line is tinted. */
  filled?: boolean;
  /** True if the values are expected, not measured. */
  dashed?: boolean;
  /** The label at the line's end, in place of its name; null for no label. */
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
  /** Null while it goes on. */
  to: number | null;
  text: string;
  tone: Tone;
}

/** A whole plot. */
export interface PlotData {
  /** The plot's name for screen readers. */
  name: string;
  lines: readonly Line[];
  levels?: readonly Level[];
  marks?: readonly Mark[];
  from: number;
  to: number;
  /** The lowest value of the y axis; 0 if it is not given. */
  lowest?: number;
  highest?: number;
  /** Formats a value with its unit. */
  text: (value: number) => string;
  /** Formats a time, as precisely as the points require. */
  when: (at: number) => string;
  /** Formats a time below the x axis. */
  tick: (at: number) => string;
  /** The sentence shown if there is no data. */
  empty: string;
}

/** One row of the table of the same figures. It has a value for each line, or null if the line has no point at this time. */
export interface Row {
  at: number;
  values: (number | null)[];
}

/** A row for every time at which a line has a point, oldest first. */
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

/** The range of the y axis: from 0 or `lowest` to a value that everything drawn fits under. */
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
