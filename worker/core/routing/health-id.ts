/** The name under which a deployment's health is kept: its own, or a second one for requests that meet a fault on purpose. */
const DRILL = '~drill';

/** A `healthId` ends in a fingerprint, so no other one can end in `~drill`. */
export const healthIdFor = ({ healthId }: { healthId: string }, isDrill: boolean): string =>
  isDrill ? healthId + DRILL : healthId;

/** Whether it belongs to requests that meet a fault on purpose. */
export const isDrillHealth = (healthId: string): boolean => healthId.endsWith(DRILL);
