/** Connection, travel mode and outbox, as signals. */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Travel } from '/travel.js';
import type { LineState } from './app.ts';
import type { Queue } from './queue.ts';

export interface LineParts {
  travel: Promise<Travel>;
  queue: Queue;
  isResuming: ReadonlySignal<boolean>;
  /** Calls `listener` when this tab can be seen again. */
  onVisible(listener: () => void): void;
  reload(): void;
}

export function lineState({ travel, queue, isResuming, onVisible, reload }: LineParts): LineState {
  const connection = signal<Travel['connection']>('online');
  const mode = signal<Travel['mode']>('auto');
  const hasUpdate = signal(false);
  void travel.then((ready) => {
    const look = () => {
      connection.value = ready.connection;
      mode.value = ready.mode;
    };
    look();
    ready.addEventListener('connection', look);
    ready.addEventListener('update', () => {
      hasUpdate.value = true;
    });
    // Another tab may have changed the mode, for which there is no event.
    onVisible(look);
  });
  return {
    ...{ connection, mode, isResuming, hasUpdate, outbox: queue.entries },
    async setMode(wanted) {
      const ready = await travel;
      await ready.setMode(wanted);
      mode.value = ready.mode;
      if (ready.mode !== wanted) throw new Error('Without a service worker there is no travel mode.');
    },
    async update() {
      await (await travel).update();
      reload();
    },
  };
}
