/** The name under which a deployment's health is kept. Requests that meet a fault on purpose use a second name. */
const DRILL = '~drill';

/** A `healthId` ends in a fingerprint, so none ends in `~drill` by itself. */
export const healthIdFor = ({ healthId }: { healthId: string }, isDrill: boolean): string =>
  isDrill ? healthId + DRILL : healthId;

/** True if this is the health of requests that meet a fault on purpose. */
export const isDrillHealth = (healthId: string): boolean => healthId.endsWith(DRILL);
