/** What the page of `store-page.ts` runs. */
import { platform } from '../../../sw/platform.ts';
import { openStore as open } from '../../../sw/store/open-store.ts';

/** `now` is a clock that a test sets; `full` counts how often the store said so. */
export function openStore(name: string) {
  const clock = { now: platform.now(), full: 0 };
  const onFull = () => {
    clock.full += 1;
  };
  return { clock, store: open({ name, platform: { ...platform, now: () => clock.now }, onFull }) };
}
