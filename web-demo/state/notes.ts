/** Where conversations and drafts are kept: travel mode's notes, and this page's memory where there are none. */
import { signal, type ReadonlySignal } from '@preact/signals';

export interface Note {
  name: string;
  text: string;
  changedAt: number;
}

export interface Notes {
  list(prefix: string): Promise<Note[]>;
  get(name: string): Promise<string | undefined>;
  put(name: string, text: string): Promise<boolean>;
  delete(name: string): Promise<void>;
}

/** Notes that lose nothing while this page is open: what the browser does not keep stays in memory. */
export interface PageNotes extends Notes {
  isKept: ReadonlySignal<boolean>;
}

export function pageNotes(kept: Notes, now: () => number): PageNotes {
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
      isKept.value = isPut;
      if (isPut) memory.delete(name);
      else memory.set(name, { name, text, changedAt: now() });
      return isPut;
    },
    async delete(name) {
      memory.delete(name);
      await kept.delete(name).catch(() => undefined);
    },
  };
}
