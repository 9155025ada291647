/** Corrects for this device's clock, which may be wrong. The router judges a key by the time inside it. */
import { clockOffsetMs, type Exchange } from './core/clock.ts';
import type { Store } from './store/store.ts';

/** Records how far this device's clock is from the router's, as far as one exchange can show. */
export async function learnClock(
  { store }: { store: Pick<Store, 'clockOffsetMs' | 'setClockOffsetMs'> },
  exchange: Exchange,
): Promise<void> {
  const known = await store.clockOffsetMs();
  const learnt = clockOffsetMs(known, exchange);
  if (learnt !== known) await store.setClockOffsetMs(learnt);
}
