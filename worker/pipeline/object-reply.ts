/** What the object of a keyed or shared answer replies to the Worker. */
import { ownCode, type RouterError } from '../../protocol/errors.ts';
import { NOTE_HEADER, type ReplyNote, readNote } from '../core/answers/stream/messages.ts';
import type { Kept } from './outcome.ts';

/** What an object has said. `failed`: it is an error, which has been read. */
export interface Heard {
  reply: Response;
  note: ReplyNote;
  failed: Pick<Kept, 'body' | 'error'> | undefined;
}

/**
 * An error is read to its end, because a stale answer may stand in for it. Rejects where the object dies meanwhile, and where
 * there is no note: during a deploy the object may be of the previous build.
 */
export async function heard(reply: Response): Promise<Heard> {
  const note = reply.status === 204 ? STOPPED : readNote(reply.headers.get(NOTE_HEADER));
  if (reply.status < 400) return { reply, note, failed: undefined };
  const text = await reply.text();
  return { reply, note, failed: { body: text || null, error: codeIn(text) } };
}

/** As the outcome of a request. */
export function keptAs({ reply: { status, headers, body }, failed }: Heard, note: ReplyNote): Kept {
  const isStream = headers.get('content-type')?.startsWith('text/event-stream') === true;
  return { kind: 'kept', status, body, isStream, note, ...failed };
}

function codeIn(body: string): RouterError['code'] | undefined {
  if (body === '') return undefined;
  const { error } = JSON.parse(body) as { error?: { code?: string } };
  return error?.code === undefined ? undefined : ownCode(error.code);
}

/** After `DELETE` there is nothing to tell. */
const STOPPED: ReplyNote = { role: 'refused', head: {} };
