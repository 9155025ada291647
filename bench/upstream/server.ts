import { createServer, type Socket } from 'node:net';
import { nowMicros } from '../clock.ts';
import { MessageReader } from '../http/message-reader.ts';
import { DEFAULT_SCRIPT, type StreamScript, type UpstreamReady } from './start.ts';
import {
  COMPLETION_REPLY,
  firstContentChunk,
  HEALTH_REPLY,
  LONG_COMPLETION_REPLY,
  LONG_PROMPT_BYTES,
  nextContentChunk,
  ROLE_CHUNK,
  STREAM_END,
  STREAM_HEAD,
} from './wire.ts';

/** The pretend provider, in its own process. Answers are serialised beforehand and written to raw sockets, so it costs only a few per
 * cent of what the measured Workers cost. */
let script: StreamScript = DEFAULT_SCRIPT;

function serve(socket: Socket): void {
  let isPost = false;
  let isStream = false;
  let bodyBytes = 0;
  let arrivedAtMicros = 0;
  const reader = new MessageReader({
    head(startLine) {
      isPost = startLine.startsWith('POST');
      isStream = false;
      bodyBytes = 0;
      arrivedAtMicros = nowMicros();
    },
    body(segment) {
      bodyBytes += segment.length;
      if (segment.includes('"stream":true')) isStream = true;
    },
    end() {
      const reply = bodyBytes > LONG_PROMPT_BYTES ? LONG_COMPLETION_REPLY : COMPLETION_REPLY;
      if (!isPost) socket.write(HEALTH_REPLY);
      else if (isStream) stream(socket, arrivedAtMicros, script);
      else if (!script.wholeDelayMs) socket.write(reply);
      else setTimeout(() => socket.write(reply), script.wholeDelayMs);
    },
  });
  socket.on('data', (data) => reader.push(data));
  socket.on('error', () => socket.destroy());
}

function stream(
  socket: Socket,
  arrivedAtMicros: number,
  { contentChunks, paceMs, firstContentDelayMs, paddingBytes = 0 }: StreamScript,
): void {
  let sent = 0;
  const padding = 'x'.repeat(paddingBytes);
  socket.write(STREAM_HEAD + ROLE_CHUNK, 'latin1');
  setTimeout(next, firstContentDelayMs);

  function next(): void {
    if (socket.destroyed) return;
    if (sent === contentChunks) {
      socket.write(STREAM_END, 'latin1');
      return;
    }
    socket.write(sent === 0 ? firstContentChunk(arrivedAtMicros) : nextContentChunk(padding), 'latin1');
    sent += 1;
    // The pace is uneven, as with real tokens. Streams at an even pace would fall into step with each other and arrive in bursts.
    setTimeout(next, paceMs * (0.5 + Math.random()));
  }
}

const server = createServer({ noDelay: true }, serve);
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the upstream has no port');
  process.send?.({ port: address.port } satisfies UpstreamReady);
});
process.on('message', (next: StreamScript) => {
  script = next;
  process.send?.('scripted');
});
process.on('disconnect', () => process.exit());
