/** All series of the book, by name: bounded in number, saved and loaded. */
import { type Layouts, layoutsOf } from './layout.ts';
import { Series } from './series.ts';
import { seriesOf } from './series-names.ts';
import { OTHER } from './tenants.ts';

/** A saved part of the book: its name and its text. An empty text means that the part is gone. */
export type SavedRow = [name: string, text: string];

const MOST = { feature: 200, tenant: 201, pair: 1_000, deployment: 100, experiment: 50 };

/** What a series is about. */
export type SeriesKind = keyof typeof MOST;

const PAIR = '|feature:';

const kindOf = (name: string): SeriesKind =>
  name.includes(PAIR) ? 'pair' : name === 'all' ? 'feature' : (name.slice(0, name.indexOf(':')) as SeriesKind);

/** Percentiles exist for all requests together, for features and for deployments. */
const hasHistograms = (kind: SeriesKind): boolean => kind === 'feature' || kind === 'deployment';

/** The book's series. */
export class SeriesSet {
  readonly #layouts: Layouts;
  readonly #series = new Map<string, Series>();
  readonly #counts = new Map<SeriesKind, number>();
  readonly #gone = new Set<string>();

  constructor(retentionDays: number) {
    this.#layouts = layoutsOf(retentionDays);
  }

  find(name: string): Series | undefined {
    return this.#series.get(name);
  }

  get names(): Iterable<string> {
    return this.#series.keys();
  }

  /** The series of this name. If there are too many of its kind, the series named `other` instead. */
  open(name: string, other: string): Series {
    const found = this.#series.get(name);
    if (found !== undefined) return found;
    const kind = kindOf(name);
    const count = this.#counts.get(kind) ?? 0;
    if (count >= MOST[kind] && name !== other) return this.open(other, other);
    this.#counts.set(kind, count + 1);
    const series = new Series(this.#layouts, hasHistograms(kind));
    this.#series.set(name, series);
    this.#gone.delete(name);
    return series;
  }

  /** Moves what was counted for a tenant to `other`. */
  fold(tenant: string): void {
    const own = seriesOf(tenant, null);
    for (const [name, series] of this.#series) {
      const isPair = name.startsWith(own + PAIR);
      if (name !== own && !isPair) continue;
      const other = seriesOf(OTHER, null) + name.slice(own.length);
      this.open(other, other).merge(series);
      this.#series.delete(name);
      this.#gone.add(name);
      const kind = kindOf(name);
      this.#counts.set(kind, (this.#counts.get(kind) ?? 1) - 1);
    }
  }

  *save(): Iterable<SavedRow> {
    for (const name of this.#gone) yield [name, ''];
    this.#gone.clear();
    for (const [name, series] of this.#series) if (series.isDirty) yield [name, series.save()];
  }

  /** Loads one series. `isKnown` says whether a promise of today's config has this key. */
  load(name: string, text: string, isKnown: (key: string) => boolean): void {
    this.open(name, name).load(text, isKnown);
  }
}
