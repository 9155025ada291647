/** The record of one call to the object of a keyed or shared answer, as the call begins. */
import type { Job } from '../answers/stream/job.ts';
import type { OpenMessage } from '../answers/stream/messages.ts';
import { edgeMode, PLAIN_ROUTE } from '../routing/route.ts';
import type { ClosedRecord } from './record.ts';
import { NO_RUN_FACTS } from './run-facts.ts';

/** Returns undefined if the call has no record. Earlier builds leave out `job` when they only look for a known answer. */
export function openedRecord(
  { record, wish, job }: Pick<OpenMessage, 'record' | 'wish'> & { job?: Job | undefined },
  now: number,
): ClosedRecord | undefined {
  if (record === undefined || job === undefined) return undefined;
  const { requestId, arrivedAt, identity, user, door, feature, alias, route = PLAIN_ROUTE } = job;
  return {
    ...NO_RUN_FACTS,
    ...{ class: null, cache: null, cacheAgeS: null, cacheTtlS: null, colo: null, build: null, promptVersion: null },
    ...{
      userHash: null,
      traceparent: null,
      experiment: null,
      drill: null,
      staleCause: null,
      code: null,
      ttftMs: null,
    },
    ...{ requestId, user, door, feature, alias, tenant: identity.tenant, keyId: identity.keyId, stream: wish.stream },
    // The Worker's clock may be ahead of the object's.
    arrivedAt: Math.min(arrivedAt, now),
    ...{ mode: edgeMode(route, 'normal'), role: 'started', status: 0, totalMs: 0, ending: 'left' },
    ...record,
  };
}
