/** What one reader is answered: his stream, the whole completion, or the error, with the headers he may see. */
import type { ChatChunk } from '../../protocol/chat.ts';
import { StreamedCompletion } from '../core/answers/completion-of-stream.ts';
import { dataFor, type Head, headersFor, type Refusal } from '../core/answers/stream/events.ts';
import { KEEPS_HEADER, ROLE_HEADER, type Role, STREAM_ID_HEADER, type Wish } from '../core/answers/stream/messages.ts';
import type { AnswerLog } from './answer-stream-log.ts';

/** What the Worker is told beside the reply. */
export interface Part {
  role: Role;
  /** This call's Worker caches the answer. */
  keeps: boolean;
}

const partHeaders = ({ role, keeps }: Part): Record<string, string> => ({
  [ROLE_HEADER]: role,
  ...(keeps && { [KEEPS_HEADER]: '1' }),
});

/** He is to be answered by himself, outside of this object. */
export const aloneReply = (): Response => new Response(null, { headers: { [ROLE_HEADER]: 'alone' } });

export const refusalReply = ({ status, head, body }: Refusal, open: boolean, role: Role): Response =>
  new Response(body, {
    status,
    headers: { ...headersFor(head, open), 'content-type': 'application/json', [ROLE_HEADER]: role },
  });

export const streamReply = (
  body: ReadableStream<Uint8Array>,
  head: Head,
  wish: Wish,
  part: Part,
  streamId: string,
): Response =>
  new Response(body, {
    headers: {
      ...headersFor(head, wish.open),
      'content-type': 'text/event-stream; charset=utf-8',
      ...partHeaders(part),
      ...(wish.resume && { [STREAM_ID_HEADER]: streamId }),
    },
  });

export const completionReply = (log: AnswerLog, { open }: Pick<Wish, 'open'>, part: Part): Response =>
  new Response(completionText(log, open), {
    headers: {
      ...(log.head && headersFor(log.head, open)),
      'content-type': 'application/json',
      ...partHeaders(part),
    },
  });

/** The provider's own text where it answered in one piece; else put together page by page. */
function completionText(log: AnswerLog, open: boolean): string {
  const completion = new StreamedCompletion();
  for (let afterId = 0; afterId < log.lastId; ) {
    for (const event of log.read(afterId)) {
      const data = dataFor(event, { open });
      if (event.kind === 'completion') return data;
      completion.add(JSON.parse(data) as ChatChunk);
      afterId = event.id;
    }
  }
  const whole = completion.whole();
  if (whole === undefined) throw new Error('an answer without an end is no completion');
  return JSON.stringify(whole);
}
