/** Computes the overrides after a change, and without those that have ended. */
import {
  type AliasList,
  type Bypass,
  type Fault,
  type Freeze,
  isInForce,
  NO_OVERRIDES,
  type Override,
  type Overrides,
  type Pin,
  type Safeguarded,
} from './overrides.ts';

/** The entry that each kind of override stores. */
export interface EntryOfKind {
  pins: Pin;
  bypass: Bypass;
  faults: Fault;
  aliases: AliasList;
  safeguards: Safeguarded;
  frozen: Freeze;
}

/** A field of `Overrides` that holds entries by name. */
export type OverrideKind = keyof EntryOfKind;

/** All kinds of overrides. */
export const OVERRIDE_KINDS: readonly OverrideKind[] = ['pins', 'bypass', 'faults', 'aliases', 'safeguards', 'frozen'];

/** What to set, and under which name. `setOverride` adds the version. */
export type SetOverride = {
  [Kind in OverrideKind]: [kind: Kind, name: string, entry: Omit<EntryOfKind[Kind], 'version'>];
}[OverrideKind];

/** The result of setting or clearing one override. */
export interface OverrideChange {
  /** What was in force under that name before. Null if nothing was, or if it had ended. */
  before: EntryOfKind[OverrideKind] | null;
  overrides: Overrides;
}

type Entries = Readonly<Record<string, Override>>;

/** Completes overrides as stored or published. An earlier build may have left a kind out, and published `frozen` as null. */
export const wholeOverrides = (stored: Partial<Overrides>): Overrides => ({
  ...{ ...NO_OVERRIDES, ...stored },
  frozen: stored.frozen ?? {},
});

/** The overrides in force, at the same version. It is the same object if none has ended. */
export function withoutEnded(overrides: Overrides, now: number): Overrides {
  let left = overrides;
  for (const kind of OVERRIDE_KINDS) {
    const entries: Entries = overrides[kind];
    const kept = Object.entries(entries).filter(([, entry]) => isInForce(entry, now));
    if (kept.length < Object.keys(entries).length) left = { ...left, [kind]: Object.fromEntries(kept) };
  }
  return left;
}

/** True if any override is in force. */
export const hasAnyInForce = (overrides: Overrides, now: number): boolean =>
  OVERRIDE_KINDS.some((kind) => Object.values<Override>(overrides[kind]).some((entry) => isInForce(entry, now)));

/** Sets one override, in place of any other of its kind and name. */
export function setOverride(overrides: Overrides, set: SetOverride, now: number): OverrideChange {
  const [kind, name, entry] = set;
  const left = withoutEnded(overrides, now);
  const version = left.version + 1;
  // A computed name makes an own property of any name, even of `__proto__`.
  const entries = { ...left[kind], [name]: { ...entry, version } };
  return { before: entryOf(left, kind, name), overrides: { ...left, version, [kind]: entries } };
}

/** Clears one override. If nothing is set under that name, nothing changes, not even the version. */
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
