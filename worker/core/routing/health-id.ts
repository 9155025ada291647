/** Under which name a deployment's standing is kept: its own, or the one that requests under a fault have to themselves. */
const DRILL = '~drill';

/** `healthId` ends in a fingerprint, so no other standing has such a name. */
export const standingId = ({ healthId }: { healthId: string }, isDrill: boolean): string =>
  isDrill ? healthId + DRILL : healthId;

export const isDrillHealth = (standing: string): boolean => standing.endsWith(DRILL);
