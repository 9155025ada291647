/** A record that an object was to close: what becomes of it where the call of the object breaks off. */
import type { OpenMessage } from '../core/answers/stream/messages.ts';
import { within } from '../core/within.ts';
import type { Deps } from '../ports.ts';
import type { RequestContext } from './request.ts';

const LONGEST_ASKED_MS = 2_000;

/** Whether the object closes the record, or has closed it. One that died, or was never reached, does not. */
export async function isTaken(
  subject: string,
  { kind, job, record }: OpenMessage,
  { answerStreams, clock }: Deps,
): Promise<boolean> {
  if (record === undefined) return true;
  const asking = answerStreams.hasTaken(subject, kind, job.requestId).catch(() => false);
  return within(asking, LONGEST_ASKED_MS, clock, false);
}

/** The same stream; `onBroken` is called where it breaks off. Native streams are moved without JavaScript. */
export function watched(
  body: ReadableStream<Uint8Array>,
  onBroken: () => Promise<void>,
  { newPipe }: Deps,
  { background }: RequestContext,
): ReadableStream<Uint8Array> {
  const { readable, writable } = newPipe();
  background(body.pipeTo(writable).catch(onBroken));
  return readable;
}
