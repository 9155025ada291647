/**
 * A timer wheel for the leases whose status changes by time alone: when a slice stops admitting, at `settleBy`, and once a lease
 * is ripe. It is indexed by the millisecond, so adding and removing cost the same however many leases there are, and no lease is
 * looked at before it is due.
 */
/** An item that becomes due. */
export interface DueItem {
  dueAt: number;
}

/** Items by the millisecond in which they are due. */
export interface Wheel<Item extends DueItem> {
  byMs: Map<number, Set<Item>>;
  /** No item in the wheel is due at or before this time. */
  turnedTo: number;
}

/** An empty wheel. */
export const newWheel = <Item extends DueItem>(): Wheel<Item> => ({ byMs: new Map(), turnedTo: 0 });

/** Adds an item under its `dueAt`. */
export function schedule<Item extends DueItem>({ byMs }: Wheel<Item>, item: Item): void {
  const items = byMs.get(item.dueAt);
  if (items === undefined) byMs.set(item.dueAt, new Set([item]));
  else items.add(item);
}

/** Removes an item. Its `dueAt` must be the same as when it was added. */
export function unschedule<Item extends DueItem>({ byMs }: Wheel<Item>, item: Item): void {
  const items = byMs.get(item.dueAt);
  if (items?.delete(item) && items.size === 0) byMs.delete(item.dueAt);
}

/** The items that have become due up to `now`. They stay in the wheel until the caller removes them. */
export function dueItems<Item extends DueItem>(wheel: Wheel<Item>, now: number): Item[] {
  const { byMs, turnedTo } = wheel;
  const due: Item[] = [];
  wheel.turnedTo = now;
  // After a quiet time there are fewer items than milliseconds to look at.
  if (now - turnedTo > byMs.size) {
    for (const [dueAt, items] of byMs) if (dueAt <= now) due.push(...items);
  } else {
    for (let ms = turnedTo + 1; ms <= now; ms++) due.push(...(byMs.get(ms) ?? []));
  }
  return due;
}
