/** What a page does with a streamed answer without its worker: it stops the run, or reads the rest after the worker has died. */
import { REQUEST_HEADERS } from '../../protocol/headers.ts';
import { StreamFollower } from '../core/follow.ts';
import { idleLimitMs } from '../core/patience.ts';
import { lostEvent } from '../core/replies.ts';
import { platform } from '../platform.ts';
import { type ResumePorts, resuming } from '../resume.ts';
import { FollowedStream, pageBody } from '../stream.ts';

export interface StreamPorts {
  router(): string;
  visitor(): string | undefined;
  token: ResumePorts['token'];
  saw: ResumePorts['saw'];
  tell(event: 'resuming' | 'resumed', streamId: string): void;
}

export class StreamCalls {
  readonly #ports: StreamPorts;

  constructor(ports: StreamPorts) {
    this.#ports = ports;
  }

  async stop(response: Response): Promise<boolean> {
    const streamId = streamIdOf(response);
    if (streamId === null) return false;
    const send = async () =>
      fetch(`${this.#ports.router()}/ai/streams/${streamId}`, { method: 'DELETE', headers: await this.#headers() });
    try {
      let reply = await send();
      // An expired token is replaced once.
      if (reply.status === 401) reply = await send();
      return reply.status === 204;
    } catch {
      return false;
    }
  }

  follow(response: Response): Response {
    const { body, status, statusText, headers } = response;
    const streamId = streamIdOf(response);
    if (streamId === null || body === null) return response;
    const { tell, token, saw } = this.#ports;
    const follower = new StreamFollower({ showsUsage: true });
    /** Set once the page reads over its own connection. From then on the page watches for silence; before that, the worker does. */
    let resume: ReturnType<typeof resuming> | undefined;
    const stream = new FollowedStream(platform, {
      body,
      follower,
      watch: {
        silenceMs: () => idleLimitMs({ isResumable: true }),
        isAlive: async () => resume === undefined,
      },
      resume: async (lastId, signal) => {
        const ports = { router: this.#ports.router(), platform, token, saw };
        // The worker knew whether the page asked for usage. A client that did not may fail on a chunk without choices.
        follower.showsUsage = false;
        resume ??= resuming(ports, { headers: await this.#headers(), credentials: 'same-origin' }, streamId);
        return resume(lastId, signal);
      },
      lostText: lostEvent(),
      tell: (event) => {
        if (event !== 'lost') tell(event, streamId);
      },
      onEnd: async () => {},
      onClose: () => {},
    });
    return new Response(pageBody(stream), { status, statusText, headers });
  }

  /** The credential of the question, because its sender owns the stream. The worker lets these calls pass. */
  async #headers(): Promise<Headers> {
    const headers = new Headers();
    const token = await this.#ports.token();
    if (token !== null) headers.set('authorization', `Bearer ${token}`);
    const visitor = this.#ports.visitor();
    if (visitor !== undefined) headers.set(REQUEST_HEADERS.visitor, visitor);
    return headers;
  }
}

const streamIdOf = (response: Response): string | null => response.headers.get('x-carryon-stream-id');
