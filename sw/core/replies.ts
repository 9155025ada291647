/** What a page gets if the network gave no answer. */
import { streamOfCompletion } from '../../protocol/chunks-of-completion.ts';
import { dataText } from '../../protocol/sse.ts';
import { RESPONSE_HEADERS } from './headers.ts';
import type { Cause } from './verdict.ts';

export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const { travel, travelCause, travelId, retryAfter, shouldRetry } = RESPONSE_HEADERS;

const errorBody = (message: string, code: 'offline' | 'offline_queued' | 'stream_lost', carryon?: object): string =>
  JSON.stringify({ error: { message, type: 'offline', code, param: null }, carryon });

/**
 * `id`: the question's id in the outbox; null if it was not queued. `carryon`: the failed attempts that the router reported.
 * SDKs obey `x-should-retry`. Without it they would retry, which cannot help here.
 */
export function offlineReply(cause: Cause, id: string | null, carryon?: object): Reply {
  const about = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    [retryAfter]: '30',
    [shouldRetry]: 'false',
    [travelCause]: cause,
  };
  const why = cause.startsWith('http_') ? 'The router has no answer right now' : 'The router cannot be reached';
  if (id === null) {
    const message = `${why}, and there is no kept answer to give. Ask again later.`;
    return { status: 503, headers: { ...about, [travel]: 'offline' }, body: errorBody(message, 'offline', carryon) };
  }
  const message = `${why}. The question waits in this browser and will be sent later.`;
  const headers = { ...about, [travel]: 'queued', [travelId]: id };
  return { status: 503, headers, body: errorBody(message, 'offline_queued', carryon) };
}

export interface Stale {
  /** One completion as JSON. */
  completion: string;
  ageSeconds: number;
  cause: Cause;
}

/** A kept answer, as a stream or as one JSON body, whichever the page asked for. */
export function staleReply(
  { completion, ageSeconds, cause }: Stale,
  asked: { stream: boolean; includeUsage: boolean },
): Reply {
  const headers = {
    'content-type': asked.stream ? 'text/event-stream; charset=utf-8' : 'application/json',
    'cache-control': 'no-store',
    age: String(ageSeconds),
    [travel]: 'stale',
    [travelCause]: cause,
  };
  const body = asked.stream ? streamOfCompletion(completion, asked.includeUsage) : completion;
  return { status: 200, headers, body };
}

/** The last event of a stream that broke and could not be resumed. No `[DONE]` follows. */
export const lostEvent = (): string =>
  dataText(
    errorBody(
      'The connection broke off, and the rest of this answer could not be fetched. It is incomplete.',
      'stream_lost',
    ),
  );
