/** Finds out, when the call of an object breaks off, whether the object still closes the request's record. */
import type { OpenMessage } from '../core/answers/stream/messages.ts';
import { within } from '../core/within.ts';
import type { Deps } from '../ports.ts';
import type { RequestContext } from './request.ts';

const LONGEST_ASKED_MS = 2_000;

/** True if the object closes the record, or has closed it. False if it died, was never reached, or does not reply in time. */
export async function isRecordTaken(
  subject: string,
  { kind, job, record }: OpenMessage,
  { answerStreams, clock }: Deps,
): Promise<boolean> {
  if (record === undefined) return true;
  const asking = answerStreams.hasTaken(subject, kind, job.requestId).catch(() => false);
  return within(asking, LONGEST_ASKED_MS, clock, false);
}

/** Passes a stream on, and calls `onBroken` if it breaks off. The runtime moves native streams without running JavaScript. */
export function watchedStream(
  body: ReadableStream<Uint8Array>,
  onBroken: () => Promise<void>,
  { newPipe }: Deps,
  { background }: RequestContext,
): ReadableStream<Uint8Array> {
  const { readable, writable } = newPipe();
  background(body.pipeTo(writable).catch(onBroken));
  return readable;
}
