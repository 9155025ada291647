/** Reads a resumable stream over TCP, event by event, and cuts it where a test wants. */
import { request } from 'node:http';
import { LOCAL_CLIENT_KEY } from '../../worker/core/identity/identity.ts';

export interface StreamEvent {
  id: number;
  data: string;
}

/** The part of a stream that was read, up to its end or to the cut. */
export interface Part {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  events: StreamEvent[];
}

export interface ReadOptions {
  /** The connection is reset after this many events. */
  cutAfter?: number;
  /** Called after this many events, with the open connection. */
  onEvents?: (count: number) => void;
  path?: string;
  method?: string;
  question?: string;
}

/** Reads a stream to its end, or up to a number of events and then resets the connection. */
export function readEvents(url: string, headers: Record<string, string>, options: ReadOptions = {}): Promise<Part> {
  const { cutAfter = Number.POSITIVE_INFINITY, onEvents, path = '/v1/chat/completions', method = 'POST' } = options;
  const { question = 'In 40 words: what is a failover?' } = options;
  return new Promise((resolve, reject) => {
    const body = JSON.stringify({ model: 'app/chat', stream: true, messages: [{ role: 'user', content: question }] });
    const asking = request(url, {
      method,
      path,
      headers: { authorization: `Bearer ${LOCAL_CLIENT_KEY}`, 'content-type': 'application/json', ...headers },
    });
    asking.on('error', reject);
    asking.on('response', (response) => {
      let text = '';
      const part = (): Part => ({
        status: response.statusCode ?? 0,
        headers: response.headers,
        text,
        events: text.split('\n\n').flatMap((event) => {
          const [, id, data] = /^(?::.*\n)*id: (\d+)\ndata: ([\s\S]*)$/.exec(event) ?? [];
          return data === undefined ? [] : [{ id: Number(id), data }];
        }),
      });
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        text += piece;
        const count = part().events.length;
        onEvents?.(count);
        if (count < cutAfter) return;
        response.destroy();
        resolve(part());
      });
      response.on('end', () => resolve(part()));
      response.on('error', () => resolve(part()));
    });
    asking.end(method === 'POST' ? body : undefined);
  });
}
