/** Reads news of the public promises, at most once a minute, while the page is visible and the router answers. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { type PromiseNews, readPromiseNews } from '../core/promise-news.ts';
import type { Ports } from './ports.ts';

/** The first read waits this long, so that the page is drawn first. */
const FIRST_MS = 3_000;
const EVERY_MS = 60_000;

interface Links {
  ports: Pick<Ports, 'fetch' | 'later' | 'elapsedMs'>;
  /** True if the page is visible and the router can be reached. */
  isWorthIt(): boolean;
  onVisible(listener: () => void): void;
}

export function promiseNews({ ports, isWorthIt, onVisible }: Links): ReadonlySignal<PromiseNews | null> {
  const news = signal<PromiseNews | null>(null);
  let nextAt = ports.elapsedMs() + FIRST_MS;
  onVisible(() => void look());
  wait(FIRST_MS);
  return news;

  function wait(ms: number): void {
    ports.later(ms, () => {
      void look();
      wait(EVERY_MS);
    });
  }

  async function look(): Promise<void> {
    if (ports.elapsedMs() < nextAt || !isWorthIt()) return;
    nextAt = ports.elapsedMs() + EVERY_MS;
    try {
      const response = await ports.fetch('./slo');
      news.value = response.ok ? readPromiseNews(await response.json()) : null;
    } catch {
      // Old news would be worse than none, and the strip says that there is no connection.
      news.value = null;
    }
  }
}
