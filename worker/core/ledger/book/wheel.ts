/**
 * When the status of each lease changes by time alone: at `settleBy`, and once it is ripe. It is indexed by the millisecond, so
 * adding and removing cost the same however many leases there are, and nothing is looked at before it is due.
 */
/** Something with a time. */
export interface Due {
  dueAt: number;
}

/** Items by the millisecond in which they are due. */
export interface Wheel<Item extends Due> {
  byMs: Map<number, Set<Item>>;
  /** Nothing in it is due at this time or before. */
  turnedTo: number;
}

/** Nothing is scheduled. */
export const newWheel = <Item extends Due>(): Wheel<Item> => ({ byMs: new Map(), turnedTo: 0 });

/** Adds an item under its `dueAt`. */
export function schedule<Item extends Due>({ byMs }: Wheel<Item>, item: Item): void {
  const items = byMs.get(item.dueAt);
  if (items === undefined) byMs.set(item.dueAt, new Set([item]));
  else items.add(item);
}

/** Removes an item, which has the same `dueAt` as when it was added. */
export function unschedule<Item extends Due>({ byMs }: Wheel<Item>, item: Item): void {
  const items = byMs.get(item.dueAt);
  if (items?.delete(item) && items.size === 0) byMs.delete(item.dueAt);
}

/** What has become due up to `now`. It stays in the wheel until the caller removes it. */
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
