/** The time for components: it advances only while one of them shows it. */
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

/** For countdowns. */
export const nowBySecond = ticking(1_000);
/** For ages and days. */
export const nowByMinute = ticking(30_000);

/** For things that are stored with their time. */
export const readClock = (): number => Date.now();
