/** What a change makes of the overrides, and what is left of them once some have ended. */
import {
  type AliasList,
  type Bypass,
  type Fault,
  isInForce,
  NO_OVERRIDES,
  type Override,
  type Overrides,
  type Pin,
} from './overrides.ts';

export interface EntryOfKind {
  pins: Pin;
  bypass: Bypass;
  faults: Fault;
  aliases: AliasList;
}

export type OverrideKind = keyof EntryOfKind;

export const OVERRIDE_KINDS: readonly OverrideKind[] = ['pins', 'bypass', 'faults', 'aliases'];

/** What to set under which name; the change itself gives the version. */
export type SetOverride = {
  [Kind in OverrideKind]: [kind: Kind, name: string, entry: Omit<EntryOfKind[Kind], 'version'>];
}[OverrideKind];

export interface OverrideChange {
  /** What was in force under that name; null: nothing was set, or it had ended. */
  before: EntryOfKind[OverrideKind] | null;
  overrides: Overrides;
}

type Entries = Readonly<Record<string, Override>>;

/** Overrides as stored or published; an earlier build may have left a kind out. */
export const wholeOverrides = (stored: Partial<Overrides>): Overrides => ({ ...NO_OVERRIDES, ...stored });

/** Those in force, at the same version; the same object where none has ended. */
export function withoutEnded(overrides: Overrides, now: number): Overrides {
  let left = overrides;
  for (const kind of OVERRIDE_KINDS) {
    const entries: Entries = overrides[kind];
    const kept = Object.entries(entries).filter(([, entry]) => isInForce(entry, now));
    if (kept.length < Object.keys(entries).length) left = { ...left, [kind]: Object.fromEntries(kept) };
  }
  return left;
}

export const hasAnyInForce = (overrides: Overrides, now: number): boolean =>
  OVERRIDE_KINDS.some((kind) => Object.values<Override>(overrides[kind]).some((entry) => isInForce(entry, now)));

export function setOverride(overrides: Overrides, set: SetOverride, now: number): OverrideChange {
  const [kind, name, entry] = set;
  const left = withoutEnded(overrides, now);
  const version = left.version + 1;
  // A computed name makes an own property of any name, `__proto__` too.
  const entries = { ...left[kind], [name]: { ...entry, version } };
  return { before: entryOf(left, kind, name), overrides: { ...left, version, [kind]: entries } };
}

/** Where nothing is set under that name there is no new version: nothing changed for anybody. */
export function clearOverride(overrides: Overrides, kind: OverrideKind, name: string, now: number): OverrideChange {
  const left = withoutEnded(overrides, now);
  const before = entryOf(left, kind, name);
  if (before === null) return { before, overrides: left };
  const entries = Object.fromEntries(Object.entries(left[kind]).filter(([other]) => other !== name));
  return { before, overrides: { ...left, version: left.version + 1, [kind]: entries } };
}

function entryOf(overrides: Overrides, kind: OverrideKind, name: string): EntryOfKind[OverrideKind] | null {
  const entries = overrides[kind];
  return Object.hasOwn(entries, name) ? (entries[name] ?? null) : null;
}
