/** The windows over which promises are evaluated. */
const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000];

/** The windows of burn rates, by name, in milliseconds. */
export const BURN_WINDOWS = {
  '5m': 5 * MINUTE_MS,
  '30m': 30 * MINUTE_MS,
  '1h': HOUR_MS,
  '2h': 2 * HOUR_MS,
  '6h': 6 * HOUR_MS,
  '1d': DAY_MS,
  '3d': 3 * DAY_MS,
} as const;

/** The name of a window of burn rates. */
export type BurnWindow = keyof typeof BURN_WINDOWS;

/** The windows that an objective may have, by name, in milliseconds. */
export const OBJECTIVE_WINDOWS = {
  '1d': DAY_MS,
  '3d': 3 * DAY_MS,
  '7d': 7 * DAY_MS,
  '14d': 14 * DAY_MS,
  '28d': 28 * DAY_MS,
  '30d': 30 * DAY_MS,
  '60d': 60 * DAY_MS,
} as const;

/** The name of a window that an objective may have. */
export type ObjectiveWindow = keyof typeof OBJECTIVE_WINDOWS;

/** The windows that a caller may ask for, by name, in milliseconds. */
export const ASKED_WINDOWS: Readonly<Record<BurnWindow | ObjectiveWindow, number>> = {
  ...BURN_WINDOWS,
  ...OBJECTIVE_WINDOWS,
};
