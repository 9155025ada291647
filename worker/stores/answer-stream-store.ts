/** `AnswerStream` objects as this isolate reaches them. By fetch, because its signal and its cancel arrive there. */
import type { AttachMessage, OpenMessage, StopMessage } from '../core/answers/stream/messages.ts';
import type { AnswerStreams } from '../ports.ts';

export class AnswerStreamStore implements AnswerStreams {
  readonly #namespace: DurableObjectNamespace;

  constructor(namespace: DurableObjectNamespace) {
    this.#namespace = namespace;
  }

  open(name: string, message: OpenMessage<unknown>, signal: AbortSignal): Promise<Response> {
    return call(this.#byName(name), 'open', message, signal);
  }

  async whole(name: string): Promise<Response | undefined> {
    const reply = await call(this.#byName(name), 'whole', {});
    return reply.ok ? reply : undefined;
  }

  async attach(id: string, message: AttachMessage, signal: AbortSignal): Promise<Response | undefined> {
    const stub = this.#byId(id);
    return stub && call(stub, 'attach', message, signal);
  }

  async stop(id: string, message: StopMessage): Promise<Response | undefined> {
    const stub = this.#byId(id);
    return stub && call(stub, 'stop', message);
  }

  #byName(name: string): DurableObjectStub {
    return this.#namespace.get(this.#namespace.idFromName(name));
  }

  /** What a client sends may be anything. */
  #byId(id: string): DurableObjectStub | undefined {
    if (!/^[0-9a-f]{64}$/.test(id)) return undefined;
    try {
      return this.#namespace.get(this.#namespace.idFromString(id));
    } catch {
      return undefined;
    }
  }
}

const call = (stub: DurableObjectStub, what: string, message: object, signal?: AbortSignal): Promise<Response> =>
  stub.fetch(`https://answer-stream.internal/${what}`, {
    method: 'POST',
    body: JSON.stringify(message),
    ...(signal !== undefined && { signal }),
  });
