/**
 * When each lease stands differently merely because time has passed: at `settleBy`, and once it is ripe. By milliseconds, so
 * that adding and taking out cost the same however many leases there are, and nothing is looked at before it is due.
 */
export interface Due {
  dueAt: number;
}

export interface Wheel<Item extends Due> {
  byMs: Map<number, Set<Item>>;
  /** Nothing in it is due at this time or before. */
  turnedTo: number;
}

export const newWheel = <Item extends Due>(): Wheel<Item> => ({ byMs: new Map(), turnedTo: 0 });

export function schedule<Item extends Due>({ byMs }: Wheel<Item>, item: Item): void {
  const items = byMs.get(item.dueAt);
  if (items === undefined) byMs.set(item.dueAt, new Set([item]));
  else items.add(item);
}

export function unschedule<Item extends Due>({ byMs }: Wheel<Item>, item: Item): void {
  const items = byMs.get(item.dueAt);
  if (items?.delete(item) && items.size === 0) byMs.delete(item.dueAt);
}

/** What has become due up to `now`. It stays in the wheel: the caller takes it out with what else it changes. */
export function dueItems<Item extends Due>(wheel: Wheel<Item>, now: number): Item[] {
  const { byMs, turnedTo } = wheel;
  const due: Item[] = [];
  wheel.turnedTo = now;
  // After a quiet while there are fewer items than milliseconds.
  if (now - turnedTo > byMs.size) {
    for (const [dueAt, items] of byMs) if (dueAt <= now) due.push(...items);
  } else {
    for (let ms = turnedTo + 1; ms <= now; ms++) due.push(...(byMs.get(ms) ?? []));
  }
  return due;
}
