/** Keeps conversations and drafts in travel mode's notes, or in this page's memory if there are none. */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Note, TravelNotes } from '/travel.js';

/** Notes that lose nothing while this page is open, because what the browser does not keep stays in memory. */
export interface PageNotes extends TravelNotes {
  isKept: ReadonlySignal<boolean>;
}

export function pageNotes(kept: TravelNotes, now: () => number): PageNotes {
  const memory = new Map<string, Note>();
  const isKept = signal(true);
  return {
    isKept,
    async list(prefix) {
      const own = [...memory.values()].filter(({ name }) => name.startsWith(prefix));
      const others = await kept.list(prefix).catch(() => []);
      return [...own, ...others.filter(({ name }) => !memory.has(name))].sort(
        (one, other) => other.changedAt - one.changedAt,
      );
    },
    get: async (name) => memory.get(name)?.text ?? (await kept.get(name).catch(() => undefined)),
    async put(name, text) {
      const isPut = await kept.put(name, text).catch(() => false);
      if (isPut) memory.delete(name);
      else memory.set(name, { name, text, changedAt: now() });
      // This is false while any note is only in memory.
      isKept.value = memory.size === 0;
      return isPut;
    },
    async delete(name) {
      if (memory.delete(name)) isKept.value = memory.size === 0;
      await kept.delete(name).catch(() => undefined);
    },
  };
}
