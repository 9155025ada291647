/** What one reader is answered: his stream, the whole completion, or the error, with the headers he may see. */
import { CompletionBuilder } from '../core/answers/stream/completion.ts';
import { dataFor, type Head, headersFor, type Refusal } from '../core/answers/stream/events.ts';
import { ROLE_HEADER, type Role, STREAM_ID_HEADER, type Wish } from '../core/answers/stream/messages.ts';
import type { AnswerLog } from './answer-stream-log.ts';

export const refusalReply = ({ status, head, body }: Refusal, open: boolean, role: Role): Response =>
  new Response(body, {
    status,
    headers: { ...headersFor(head, open), 'content-type': 'application/json', [ROLE_HEADER]: role },
  });

export const streamReply = (
  body: ReadableStream<Uint8Array>,
  head: Head,
  wish: Wish,
  role: Role,
  streamId: string,
): Response =>
  new Response(body, {
    headers: {
      ...headersFor(head, wish.open),
      'content-type': 'text/event-stream; charset=utf-8',
      [ROLE_HEADER]: role,
      ...(wish.resume && { [STREAM_ID_HEADER]: streamId }),
    },
  });

export const completionReply = (log: AnswerLog, { open }: Wish, role: Role): Response =>
  new Response(completionText(log, open), {
    headers: {
      ...(log.head && headersFor(log.head, open)),
      'content-type': 'application/json',
      [ROLE_HEADER]: role,
    },
  });

/** The provider's own text where it answered in one piece; else put together page by page. */
function completionText(log: AnswerLog, open: boolean): string {
  const builder = new CompletionBuilder();
  for (let afterId = 0; afterId < log.lastId; ) {
    for (const event of log.read(afterId)) {
      const data = dataFor(event, { open });
      if (event.kind === 'completion') return data;
      builder.add(data);
      afterId = event.id;
    }
  }
  return builder.text();
}
