/** The connection between a browser and the router: an HTTP proxy that fails on demand, and records what passed. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StringDecoder } from 'node:string_decoder';

/**
 * What happens to a request. Events are counted as a reader sees them: whole ones, without comments. A browser repeats a POST by
 * itself if a connection that it has used before is reset ahead of the headers, so a page sees that only with `times: Infinity`.
 */
export type Fault =
  /** The connection is reset before the router has the request. */
  | { kind: 'refuse' }
  /** The router answers, and the connection is reset before its headers arrive. */
  | { kind: 'lose-headers' }
  /** The router receives it, and no answer comes. */
  | { kind: 'stall-headers' }
  /** The connection breaks once the reader has had this many events, or bytes, of the body; `torn`: inside the next event. */
  | { kind: 'cut'; afterEvents: number; torn?: boolean }
  | { kind: 'cut'; afterBytes: number }
  /** The body ends there, properly. */
  | { kind: 'end'; afterEvents: number }
  /** Silence from there on; the connection stays open. */
  | { kind: 'stall'; afterEvents: number }
  /** Another server answers: a gateway, a captive portal. The router never sees the request. */
  | { kind: 'answer'; status: number; headers?: Record<string, string>; body?: string };

export interface FaultOptions {
  /** Default 1; `Infinity`: until `clear()`. */
  times?: number;
  /** Default: POST of one of the three chat paths. */
  match?: (seen: Seen) => boolean;
}

/** A request as it passed the proxy. */
export interface Seen {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  /** Once it is whole. */
  body: string;
  /** Of the answer, once it has one. */
  status: number | undefined;
  /** Whole events that were passed on. */
  events: number;
}

export interface Line {
  /** The address that the browser uses as the router's. */
  origin: string;
  /** Every request for the router, the oldest first. */
  seen: Seen[];
  fault(fault: Fault, options?: FaultOptions): void;
  clear(): void;
  /** As if the router were gone: connections are refused, and open ones break. */
  down(): Promise<void>;
  /** On the same port again. */
  up(): Promise<void>;
  /** Breaks all open connections; new ones are accepted. */
  drop(): void;
  close(): Promise<void>;
}

export const isChat = ({ method, path }: Pick<Seen, 'method' | 'path'>): boolean =>
  method === 'POST' && /^\/(?:ai|(?:v1\/)?chat\/completions)(?:\?|$)/.test(path);

/** A chat, or the rest of one: every request that may bring a stream of events. */
export const isStream = (seen: Pick<Seen, 'method' | 'path'>): boolean =>
  isChat(seen) || (seen.method === 'GET' && seen.path.startsWith('/ai/streams/'));

/** `routerUrl`: read at each request. `pages`: what the line itself answers, by path, on the router's own origin. */
export async function openLine(routerUrl: () => string, pages: Readonly<Record<string, string>> = {}): Promise<Line> {
  const armed: { fault: Fault; times: number; match: (seen: Seen) => boolean }[] = [];
  const server: Server = createServer((asked, reply) => {
    reply.on('error', () => {});
    const page = asked.method === 'GET' ? pages[asked.url?.split('?')[0] ?? ''] : undefined;
    if (page !== undefined) {
      reply.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
      return;
    }
    const seen: Seen = {
      method: asked.method ?? '',
      path: asked.url ?? '',
      headers: asked.headers,
      body: '',
      status: undefined,
      events: 0,
    };
    line.seen.push(seen);
    const rule = armed.find(({ times, match }) => times > 0 && match(seen));
    if (rule !== undefined) rule.times--;
    pass(asked, reply, seen, rule?.fault, routerUrl());
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);
  const line: Line = {
    origin: `http://localhost:${port}`,
    seen: [],
    fault(fault, { times = 1, match = isChat } = {}) {
      armed.push({ fault, times, match });
    },
    clear: () => void armed.splice(0),
    async down() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
    async up() {
      if (!server.listening) await listen(port);
    },
    drop: () => server.closeAllConnections(),
    close: () => line.down(),
  };
  return line;
}

function pass(asked: IncomingMessage, reply: ServerResponse, seen: Seen, fault: Fault | undefined, routerUrl: string) {
  const reset = () => void reply.socket?.resetAndDestroy();
  const decoder = new StringDecoder('utf8');
  asked.on('data', (chunk: Buffer) => {
    seen.body += decoder.write(chunk);
  });
  if (fault?.kind === 'refuse') return void asked.on('end', reset);
  if (fault?.kind === 'answer') {
    const { status, headers = { 'content-type': 'text/html' }, body = '<title>Not the router</title>' } = fault;
    seen.status = status;
    return void asked.on('end', () => reply.writeHead(status, headers).end(body));
  }
  // With the Host that the browser sent: the router has to know under which origin it was asked.
  const asking = request(routerUrl, { method: seen.method, path: seen.path, headers: asked.headers, agent: false });
  asked.pipe(asking);
  // When the client disconnects, the router sees it too.
  reply.on('close', () => asking.destroy());
  asking.on('error', reset);
  asking.on('response', (answer) => {
    seen.status = answer.statusCode;
    answer.on('error', reset);
    if (fault?.kind === 'lose-headers') return reset();
    if (fault?.kind === 'stall-headers') return void answer.resume();
    reply.writeHead(answer.statusCode ?? 502, withoutHops(answer.rawHeaders));
    reply.flushHeaders();
    const limit = new BodyLimit(fault, seen);
    answer.on('data', (chunk: Buffer) => {
      const { passed, isOver } = limit.take(chunk);
      // Closed, not reset: a reset discards more unread data.
      if (isOver && fault?.kind === 'cut')
        reply.write(passed, () => void setTimeout(() => reply.destroy(), READING_MS));
      else if (isOver && fault?.kind === 'end') reply.end(passed);
      else if (passed.length > 0) reply.write(passed);
    });
    answer.on('end', () => {
      if (!limit.isOver) reply.end();
    });
  });
}

/** Headers as the router sent them, except those of its own connection. */
function withoutHops(raw: readonly string[]): string[] {
  const pairs = raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as const] : []));
  return pairs.filter(([name]) => !/^(?:connection|keep-alive|transfer-encoding)$/i.test(name)).flat();
}

/**
 * Between the last bytes and the break. Chromium drops what it has received and not yet handed to a reader when a connection
 * breaks, so bytes that come together with the break are often lost, and a test that is cut again and again gets nowhere.
 */
const READING_MS = 25;

const LF = 10;
const FIELD = 'data:';

/** Counts what passes, and says how much may pass. */
class BodyLimit {
  isOver = false;
  readonly #fault: Fault | undefined;
  readonly #seen: Seen;
  #bytes = 0;
  /** Of the event that has begun. */
  #eventBytes = 0;
  #hasData = false;
  /** The beginning of its last line, as far as it can identify a field. */
  #line = '';

  constructor(fault: Fault | undefined, seen: Seen) {
    this.#fault = fault;
    this.#seen = seen;
    this.isOver = fault !== undefined && 'afterEvents' in fault && fault.afterEvents === 0;
  }

  take(chunk: Buffer): { passed: Buffer; isOver: boolean } {
    if (this.isOver) return { passed: Buffer.alloc(0), isOver: true };
    const fault = this.#fault;
    for (const [index, byte] of chunk.entries()) {
      this.#bytes++;
      this.#eventBytes++;
      this.#read(byte);
      if (fault !== undefined && this.#isReached(fault)) {
        this.isOver = true;
        return { passed: chunk.subarray(0, index + 1), isOver: true };
      }
    }
    return { passed: chunk, isOver: false };
  }

  #read(byte: number): void {
    if (byte !== LF) {
      if (this.#line.length < FIELD.length) this.#line += String.fromCharCode(byte);
      this.#hasData ||= this.#line === FIELD;
      return;
    }
    if (this.#line === '') {
      if (this.#hasData) this.#seen.events++;
      this.#eventBytes = 0;
      this.#hasData = false;
    }
    this.#line = '';
  }

  #isReached(fault: Fault): boolean {
    if ('afterBytes' in fault) return this.#bytes >= fault.afterBytes;
    if (!('afterEvents' in fault) || this.#seen.events < fault.afterEvents) return false;
    // A torn event: its first twenty bytes.
    return fault.kind !== 'cut' || !fault.torn || this.#eventBytes >= 20;
  }
}
