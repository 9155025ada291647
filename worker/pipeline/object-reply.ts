/** Reads the reply of the object of a keyed or shared answer. */
import { ownCode, type RouterError } from '../../protocol/errors.ts';
import { NOTE_HEADER, type ReplyNote, readNote } from '../core/answers/stream/messages.ts';
import type { KeptOutcome } from './outcome.ts';

/** An object's reply and its note. If the reply is an error, `failed` is the error as it was read. */
export interface ObjectReply {
  reply: Response;
  note: ReplyNote;
  failed: Pick<KeptOutcome, 'body' | 'error'> | undefined;
}

/**
 * Reads the note of a reply. An error is read to its end, because a stale answer may replace it. Rejects if the object dies meanwhile,
 * or if there is no note: during a deploy the object may still run the previous build.
 */
export async function readObjectReply(reply: Response): Promise<ObjectReply> {
  const note = reply.status === 204 ? STOPPED : readNote(reply.headers.get(NOTE_HEADER));
  if (reply.status < 400) return { reply, note, failed: undefined };
  const text = await reply.text();
  return { reply, note, failed: { body: text || null, error: codeIn(text) } };
}

/** The reply as the outcome of a request. */
export function keptOutcome({ reply: { status, headers, body }, failed }: ObjectReply, note: ReplyNote): KeptOutcome {
  const isStream = headers.get('content-type')?.startsWith('text/event-stream') === true;
  return { kind: 'kept', status, body, isStream, note, ...failed };
}

function codeIn(body: string): RouterError['code'] | undefined {
  if (body === '') return undefined;
  const { error } = JSON.parse(body) as { error?: { code?: string } };
  return error?.code === undefined ? undefined : ownCode(error.code);
}

/** The note of a reply to `DELETE`, which has none. */
const STOPPED: ReplyNote = { role: 'refused', head: {} };
