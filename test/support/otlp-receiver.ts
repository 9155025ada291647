/** A receiver of OTLP over HTTP. It checks each call field by field, and answers as the test says. */

import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { metricsIn, metricsProblems, type RawMetric, type RawSpan, spansIn, traceProblems } from './otlp-schema.ts';

/** What a path does with a call. `holds`: it accepts the call and never answers. */
export type Behaviour = 'takes' | 'holds' | { status: number; retryAfter?: string };

export interface OtlpReceiver {
  readonly origin: string;
  /** The behaviour by path. A path that is not named here has `takes`. */
  readonly behaviours: Map<string, Behaviour>;
  /** What was wrong with the bodies of all calls, taken or not. */
  readonly problems: string[];
  readonly bodies: string[];
  readonly headers: Record<string, unknown>[];
  /** The spans of the calls that were answered with 200. `metrics` are from the same calls. */
  readonly spans: RawSpan[];
  readonly metrics: RawMetric[];
  /** Calls that wait for an answer. */
  readonly held: ServerResponse[];
  /** Refuses connections until it is opened again, on the same port. */
  close(): Promise<void>;
  open(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  let server: Server | undefined;
  let port = 0;
  const open = async () => {
    server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request.setEncoding('utf8')) text += chunk;
      const path = request.url ?? '';
      receiver.bodies.push(text);
      receiver.headers.push({ path, ...request.headers });
      const body = JSON.parse(text) as unknown;
      const isTraces = path.endsWith('/v1/traces');
      const problems = isTraces ? traceProblems(body) : metricsProblems(body);
      receiver.problems.push(...problems.map((problem) => `${path}: ${problem}`));
      const behaviour = receiver.behaviours.get(path) ?? 'takes';
      if (behaviour === 'holds') receiver.held.push(response);
      else if (behaviour !== 'takes') {
        const { status, retryAfter } = behaviour;
        response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end('{}');
      } else {
        if (isTraces) receiver.spans.push(...spansIn(body));
        else receiver.metrics.push(...metricsIn(body));
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"partialSuccess":{}}');
      }
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  };
  const close = async () => {
    const closed = server && once(server, 'close');
    server?.close();
    server?.closeAllConnections();
    await closed;
  };
  await open();
  const receiver: OtlpReceiver = {
    ...{ origin: `http://127.0.0.1:${port}`, behaviours: new Map(), problems: [], bodies: [], headers: [] },
    ...{ spans: [], metrics: [], held: [], open, close },
  };
  return receiver;
}
