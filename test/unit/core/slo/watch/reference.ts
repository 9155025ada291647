/** What has to be told, worked out from every single request: naive, and independent of the book. */

const [SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS] = [1_000, 60_000, 3_600_000, 86_400_000];
const WEEK_MS = 7 * DAY_MS;

/** A request that ended. */
export interface Ended {
  at: number;
  tenant: string;
  isBad: boolean;
  isSlow: boolean;
}

/** Width of the cells that a window is counted in: the one that it begins in counts by its part (docs/slo.md). */
const CELL_MS: Record<number, number> = {
  ...{ [5 * MINUTE_MS]: 5 * SECOND_MS, [30 * MINUTE_MS]: 30 * SECOND_MS, [HOUR_MS]: 30 * SECOND_MS },
  ...{ [2 * HOUR_MS]: 2 * MINUTE_MS, [6 * HOUR_MS]: 2 * MINUTE_MS },
  ...{ [DAY_MS]: 20 * MINUTE_MS, [3 * DAY_MS]: 20 * MINUTE_MS },
};
const PAIRS = [
  ['1h', HOUR_MS, 5 * MINUTE_MS, 14.4, true],
  ['6h', 6 * HOUR_MS, 30 * MINUTE_MS, 6, true],
  ['1d', DAY_MS, 2 * HOUR_MS, 3, false],
  ['3d', 3 * DAY_MS, 6 * HOUR_MS, 1, false],
] as const;
const SLOT_MS = 5 * SECOND_MS;

/** How many of some requests ended by each five seconds. */
function counterOf(times: readonly number[], start: number, end: number): (from: number, to: number) => number {
  const sums = new Uint32Array((end - start) / SLOT_MS + 2);
  for (const at of times) {
    const slot = Math.floor((at - start) / SLOT_MS) + 1;
    sums[slot] = (sums[slot] ?? 0) + 1;
  }
  for (let slot = 1; slot < sums.length; slot++) sums[slot] = (sums[slot] ?? 0) + (sums[slot - 1] ?? 0);
  const until = (at: number): number =>
    sums[Math.max(0, Math.min(sums.length - 1, Math.ceil((at - start) / SLOT_MS)))] ?? 0;
  return (from, to) => until(to) - until(from);
}

type Count = ReturnType<typeof counterOf>;
interface Counts {
  bad: Count;
  total: Count;
}

/** A window that ends at `now`. */
function windowed(count: Count, now: number, windowMs: number): number {
  const cellMs = CELL_MS[windowMs] as number;
  const from = now - windowMs;
  const cell = Math.floor(from / cellMs) * cellMs;
  return ((cell + cellMs - from) / cellMs) * count(cell, cell + cellMs) + count(cell + cellMs, now);
}

/** A time of last week: ten minutes are one cell, and its part counts. */
function weekAgo(count: Count, from: number, to: number): number {
  let sum = 0;
  const cellMs = 10 * MINUTE_MS;
  for (let cell = Math.floor(from / cellMs) * cellMs; cell < to; cell += cellMs) {
    const part = (Math.min(to, cell + cellMs) - Math.max(from, cell)) / cellMs;
    sum += part * count(cell, cell + cellMs);
  }
  return sum;
}

/** Every beginning and end, as `MINUTE begins|ends NAME`. */
export function toldOf(requests: readonly Ended[], start: number, minutes: number): string[] {
  const end = start + minutes * MINUTE_MS;
  const count = (keeps: (one: Ended) => boolean) =>
    counterOf(
      requests.filter(keeps).map(({ at }) => at),
      start,
      end,
    );
  const all = count(() => true);
  const promises = [
    {
      name: 'chat-success',
      target: 99.5,
      total: all,
      bad: count(({ isBad }) => isBad),
      rules: [
        ['5m', 5, 'page'],
        ['1h', 60, 'incident'],
      ],
    },
    // A failed request has no first content.
    {
      name: 'chat-ttft',
      target: 95,
      total: count(({ isBad }) => !isBad),
      bad: count(({ isBad, isSlow }) => !isBad && isSlow),
      rules: [['15m', 15, 'page']],
    },
  ] as const;
  const tenants = [...new Set(requests.map(({ tenant }) => tenant))].map((tenant) => ({
    tenant,
    of: [
      { total: count((one) => one.tenant === tenant), bad: count((one) => one.tenant === tenant && one.isBad) },
      {
        total: count((one) => one.tenant === tenant && !one.isBad),
        bad: count((one) => one.tenant === tenant && !one.isBad && one.isSlow),
      },
    ],
  }));
  const told: string[] = [];
  const firing = new Map<string, { quietAt: number | null }>();
  const pending = new Map<string, number>();
  let last = 0;
  let lastAt = 0;

  for (let minute = 1; minute <= minutes; minute++) {
    const now = start + minute * MINUTE_MS;
    for (let one = requests[last]; one !== undefined && one.at < now; one = requests[++last]) lastAt = one.at;
    const holds = new Map<string, { forMinutes: number; isCovered: boolean }>();
    for (const [index, { name, target, total, bad, rules }] of promises.entries()) {
      const budget = (100 - target) / 100;
      for (const [pair, long, short, rate, isPage] of PAIRS) {
        const isFast = [long, short].every((ms) => {
          const [badOnes, totalOnes] = [windowed(bad, now, ms), windowed(total, now, ms)];
          return totalOnes > 0 && badOnes / totalOnes / budget > rate;
        });
        if (isFast && (!isPage || windowed(bad, now, long) >= 5))
          holds.set(`burn/${name}/${pair}`, { forMinutes: 0, isCovered: false });
      }
      const isMissed = (one: Counts): boolean => {
        const badOnes = one.bad(now - 5 * MINUTE_MS, now);
        return badOnes >= 5 && 1 - badOnes / one.total(now - 5 * MINUTE_MS, now) < target / 100;
      };
      const isWhole = isMissed({ bad, total });
      for (const [length, forMinutes, severity] of rules) {
        const rule = `threshold/${name}/${length}/${severity}`;
        if (isWhole) holds.set(rule, { forMinutes, isCovered: false });
        for (const { tenant, of } of tenants)
          if (isMissed(of[index] as Counts)) holds.set(`${rule}/tenant:${tenant}`, { forMinutes, isCovered: isWhole });
      }
    }
    const expected = Math.min(
      ...[-1, 0, 1].map((shift) => {
        const to = now - WEEK_MS + shift * 10 * MINUTE_MS;
        return weekAgo(all, to - 10 * MINUTE_MS, to);
      }),
    );
    const came = all(now - 10 * MINUTE_MS, now);
    const isLow = came < 0.7 * expected && came < expected - 3 * Math.sqrt(expected);
    if (isLow) {
      holds.set('threshold/throughput/10m/ticket', { forMinutes: 10, isCovered: false });
      holds.set('threshold/throughput/feature:chat/10m/ticket', { forMinutes: 10, isCovered: true });
    }
    const isSilent = lastAt > 0 && now - lastAt >= 2 * HOUR_MS;
    const sameHours = weekAgo(all, now - WEEK_MS - 2 * HOUR_MS, now - WEEK_MS);
    if (isSilent && (firing.has('no_data/all') || sameHours >= 10))
      holds.set('no_data/all', { forMinutes: 0, isCovered: false });

    for (const [name, alert] of firing) {
      if (holds.has(name)) continue;
      alert.quietAt ??= minute;
      const group = name.startsWith('burn/') ? name.slice(0, name.lastIndexOf('/') + 1) : name;
      if ([...holds.keys()].some((other) => other.startsWith(group))) continue;
      if (name.startsWith('threshold/') && minute - alert.quietAt < 5) continue;
      told.push(`${minute} ends ${name}`);
      firing.delete(name);
    }
    for (const name of pending.keys()) if (!holds.has(name)) pending.delete(name);
    for (const [name, { forMinutes, isCovered }] of holds) {
      const known = firing.get(name);
      if (known !== undefined && (known.quietAt === null || minute - known.quietAt < 60)) {
        known.quietAt = null;
        continue;
      }
      if (known === undefined && !pending.has(name)) pending.set(name, minute);
      if (known === undefined && (minute - (pending.get(name) ?? minute) < forMinutes || isCovered)) continue;
      told.push(`${minute} begins ${name}`);
      firing.set(name, { quietAt: null });
      pending.delete(name);
    }
  }
  return told;
}
