/** What one reader is answered: his stream, the whole completion, or the error, with the headers he may see. */
import { type CarryonField, type MadeFor, withCarryon } from '../../core/answers/carryon-field.ts';
import { dataFor, type Head, headersFor, type Refusal, refusalFor } from '../../core/answers/stream/events.ts';
import {
  KEEPS_HEADER,
  PARTIAL_HEADER,
  ROLE_HEADER,
  type Role,
  STREAM_ID_HEADER,
  type Wish,
} from '../../core/answers/stream/messages.ts';

/** What the Worker is told beside the reply. */
export interface Part {
  role: Role;
  /** This call's Worker caches the answer. */
  keeps: boolean;
  isPartial?: boolean;
}

const partHeaders = ({ role, keeps, isPartial }: Part): Record<string, string> => ({
  [ROLE_HEADER]: role,
  ...(keeps && { [KEEPS_HEADER]: '1' }),
  ...(isPartial && { [PARTIAL_HEADER]: '1' }),
});

/** He left meanwhile: nobody reads it. */
export const goneReply = (): Response => new Response(null, { status: 499 });

/** He is to be answered by himself, outside of this object. */
export const aloneReply = (): Response => new Response(null, { headers: { [ROLE_HEADER]: 'alone' } });

/** This object knows nothing, and nothing was started. */
export const unknownReply = (): Response => new Response(null, { headers: { [ROLE_HEADER]: 'unknown' } });

export function refusalReply(refusal: Refusal, seesProvider: boolean, role: Role, madeFor: MadeFor = 'own'): Response {
  const { status, body } = refusalFor(refusal, seesProvider, madeFor);
  const headers = {
    ...headersFor(refusal.head, seesProvider),
    'content-type': 'application/json',
    [ROLE_HEADER]: role,
  };
  return new Response(body, { status, headers });
}

export const streamReply = (
  body: ReadableStream<Uint8Array>,
  head: Head,
  wish: Wish,
  part: Part,
  streamId: string,
): Response =>
  new Response(body, {
    headers: {
      ...headersFor(head, wish.seesProvider),
      'content-type': 'text/event-stream; charset=utf-8',
      // nginx and its like would hold the events back until a buffer is full.
      'x-accel-buffering': 'no',
      ...partHeaders(part),
      ...(wish.resume && { [STREAM_ID_HEADER]: streamId }),
    },
  });

/** `carryon`: how it was made, for those who may learn who served. */
export function completionReply(
  text: string,
  head: Head,
  wish: Pick<Wish, 'seesProvider'>,
  alias: string,
  part: Part,
  carryon?: CarryonField,
): Response {
  const data = wish.seesProvider && carryon !== undefined ? withCarryon(text, carryon) : text;
  return new Response(dataFor({ kind: 'completion', data }, wish, alias), {
    headers: {
      ...headersFor(head, wish.seesProvider),
      'content-type': 'application/json',
      ...partHeaders(part),
    },
  });
}
