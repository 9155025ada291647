/** `AnswerStream` objects as this isolate reaches them. By fetch, because its signal and its cancel arrive there. */
import {
  type AttachMessage,
  NOTE_HEADER,
  type OpenMessage,
  readNote,
  type StopMessage,
} from '../core/answers/stream/messages.ts';
import type { AnswerStreams } from '../ports.ts';
import { hex, hmacKey, hmacSha256, sign } from './digest.ts';

export class AnswerStreamStore implements AnswerStreams {
  readonly #namespace: DurableObjectNamespace;
  readonly #names: Names;
  readonly #oldNames: Names | undefined;

  /** `oldSecret`: the one in force before, while keys used under it are still remembered. */
  constructor(namespace: DurableObjectNamespace, secret: string, oldSecret?: string) {
    this.#namespace = namespace;
    this.#names = new Names(secret);
    this.#oldNames = oldSecret === undefined ? undefined : new Names(oldSecret);
  }

  /**
   * The old name first: once the new object has been opened, the request may be running, and it is too late to find that it was
   * answered before. If the old object cannot be reached, this fails and nothing runs.
   */
  async open(subject: string, message: OpenMessage<unknown>, signal: AbortSignal): Promise<Response> {
    if (this.#oldNames !== undefined && message.kind === 'keyed') {
      const old = await this.#stub(this.#oldNames, subject);
      const reply = await call(old, 'open', { ...message, job: undefined, onlyKnown: true }, signal);
      if (readNote(reply.headers.get(NOTE_HEADER)).role !== 'unknown') return reply;
    }
    return call(await this.#stub(this.#names, subject), 'open', message, signal);
  }

  async whole(subject: string): Promise<Response | undefined> {
    const reply = await call(await this.#stub(this.#names, subject), 'whole', {});
    if (reply.ok || this.#oldNames === undefined) return reply.ok ? reply : undefined;
    const old = await call(await this.#stub(this.#oldNames, subject), 'whole', {});
    return old.ok ? old : undefined;
  }

  async attach(id: string, message: AttachMessage, signal: AbortSignal): Promise<Response | undefined> {
    const stub = this.#byId(id);
    return stub && call(stub, 'attach', message, signal);
  }

  async stop(id: string, message: StopMessage): Promise<Response | undefined> {
    const stub = this.#byId(id);
    return stub && call(stub, 'stop', message);
  }

  async #stub(names: Names, subject: string): Promise<DurableObjectStub> {
    return this.#namespace.get(this.#namespace.idFromName(await names.of(subject)));
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

/**
 * An id opens an answer, and outside Cloudflare ids are made from names with a public constant (`uniqueKey` in
 * cli/workerd/config.ts). So a name is an HMAC that only the router can compute.
 */
class Names {
  readonly #secret: string;
  #key: CryptoKey | undefined;

  constructor(secret: string) {
    this.#secret = secret;
  }

  async of(subject: string): Promise<string> {
    // The key is remembered and not its promise, which belongs to one request and may end with it.
    this.#key ??= await hmacKey(await hmacSha256(this.#secret, 'carryon answer-stream names v1'));
    return hex(await sign(this.#key, subject));
  }
}

const call = (stub: DurableObjectStub, what: string, message: object, signal?: AbortSignal): Promise<Response> =>
  stub.fetch(`https://answer-stream.internal/${what}`, {
    method: 'POST',
    body: JSON.stringify(message),
    ...(signal !== undefined && { signal }),
  });
