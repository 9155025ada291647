import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { usePage } from './context.ts';

/** The older pages of a list. Each press of a button loads one more. */
export interface Older<Reply> {
  pages: readonly Reply[];
  /** Undefined if there is nothing older. */
  load: (() => void) | undefined;
  isLoading: boolean;
  problem: string | null;
}

/** `path` is the path of the first page, and `next` is its pointer to the second page. */
export function useOlder<Reply extends { next: string | number | null }>(
  path: string | null,
  next: string | number | null,
): Older<Reply> {
  const { session } = usePage();
  const pages = useSignal<readonly Reply[]>([]);
  const isLoading = useSignal(false);
  const problem = useSignal<string | null>(null);
  useEffect(() => {
    pages.value = [];
    problem.value = null;
  }, [path, pages, problem]);
  const last = pages.value.at(-1);
  const before = last === undefined ? next : last.next;
  const load = async () => {
    if (isLoading.peek() || path === null) return;
    isLoading.value = true;
    const reply = await session.api.get<Reply>(`${path}${path.includes('?') ? '&' : '?'}before=${before}`);
    isLoading.value = false;
    problem.value = reply.ok ? null : reply.error.text;
    if (reply.ok) pages.value = [...pages.peek(), reply.value];
  };
  return {
    pages: pages.value,
    load: before === null ? undefined : () => void load(),
    isLoading: isLoading.value,
    problem: problem.value,
  };
}
