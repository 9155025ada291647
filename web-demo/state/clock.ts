/** The time for components. It advances only while one of them shows it. */
import { type ReadonlySignal, signal } from '@preact/signals';

function ticking(everyMs: number): ReadonlySignal<number> {
  let timer: ReturnType<typeof setInterval> | undefined;
  const now = signal(Date.now(), {
    watched() {
      now.value = Date.now();
      timer = setInterval(() => {
        now.value = Date.now();
      }, everyMs);
    },
    unwatched() {
      clearInterval(timer);
    },
  });
  return now;
}

/** The time for countdowns. */
export const nowBySecond = ticking(1_000);
/** The time for ages and days. */
export const nowByMinute = ticking(30_000);

/** The time for things that are stored with it. */
export const readClock = (): number => Date.now();
