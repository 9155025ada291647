/** What a person has used of a budget, in USD. */
export interface Budget {
  usedUsd: number;
  capUsd: number;
}

interface Limit extends Budget {
  remainingRatio: number;
}

/** The tightest budget in a reply of `GET /v1/usage`; null if there is none, or if its amounts are hidden. */
export function readBudget(reply: unknown): Budget | null {
  const { limits } = (reply ?? {}) as { limits?: readonly Partial<Limit>[] };
  let tightest: Limit | null = null;
  for (const { usedUsd, capUsd, remainingRatio } of Array.isArray(limits) ? limits : []) {
    if (usedUsd === undefined || capUsd === undefined || remainingRatio === undefined) continue;
    if (tightest === null || remainingRatio < tightest.remainingRatio) tightest = { usedUsd, capUsd, remainingRatio };
  }
  return tightest && { usedUsd: tightest.usedUsd, capUsd: tightest.capUsd };
}
