import type { ReadonlySignal, Signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext, useEffect } from 'preact/hooks';
import type { Read } from '../state/reads.ts';
import type { Filters, Session } from '../state/session.ts';

/** What every view needs. */
export interface Page {
  session: Session;
  filters: Filters;
  /** The time in epoch milliseconds. It advances once a second while the page is visible. */
  now: ReadonlySignal<number>;
  /** A sentence that screen readers read and the page shows for a moment. */
  said: Signal<string | null>;
}

export const PageContext = createContext<Page | null>(null);

/** The page around a view. */
export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === null) throw new Error('a view outside of the page');
  return page;
}

const NOT_ASKED: Read<never> = { value: undefined, problem: undefined, isLoading: false, at: undefined };

/** The reply of a path of the admin API, which is read while the view is on screen. With null, nothing is read. */
export function useRead<Value>(path: string | null): Read<Value> {
  const { reads } = usePage().session;
  useEffect(() => (path === null ? undefined : reads.use(path)), [reads, path]);
  return path === null ? NOT_ASKED : reads.of<Value>(path).value;
}

/** A path such as `slo?tenant=acme`. Parameters that are null or empty are left out. */
export function pathOf(name: string, query: Readonly<Record<string, string | number | null | undefined>>): string {
  const asked = new URLSearchParams();
  for (const [field, value] of Object.entries(query))
    if (value != null && value !== '') asked.set(field, String(value));
  return asked.size === 0 ? name : `${name}?${asked}`;
}
