/** Calls `AnswerStream` and `SharedAnswer` objects. It uses fetch, because that passes on an abort and a cancel. */
import type { Job } from '../core/answers/stream/job.ts';
import {
  type AttachMessage,
  type KeyedOpen,
  NOTE_HEADER,
  type OpenMessage,
  readNote,
  type StopMessage,
  type TookMessage,
} from '../core/answers/stream/messages.ts';
import type { AnswerStreams } from '../ports.ts';
import { hex, hmacKey, hmacSha256, sign } from './digest.ts';

type Kind = OpenMessage['kind'];

/** The objects of this deployment's two namespaces. */
export class AnswerStreamStore implements AnswerStreams {
  readonly #namespaces: Record<Kind, DurableObjectNamespace>;
  readonly #names: Names;
  readonly #oldNames: Names | undefined;

  /** `oldSecret` is the previous secret. It is needed while objects named under it still remember idempotency keys. */
  constructor(namespaces: Record<Kind, DurableObjectNamespace>, secret: string, oldSecret?: string) {
    this.#namespaces = namespaces;
    this.#names = new Names(secret);
    this.#oldNames = oldSecret === undefined ? undefined : new Names(oldSecret);
  }

  async open(subject: string, message: OpenMessage, signal: AbortSignal): Promise<Response> {
    const old = message.kind === 'keyed' ? await this.#openOld(subject, message, signal) : undefined;
    return old ?? call(await this.#stub(this.#names, message.kind, subject), 'open', message, signal);
  }

  async whole(subject: string, kind: Kind): Promise<Response | undefined> {
    const reply = await call(await this.#stub(this.#names, kind, subject), 'whole', {});
    if (reply.ok || kind === 'shared' || this.#oldNames === undefined) return reply.ok ? reply : undefined;
    const old = await call(await this.#stub(this.#oldNames, kind, subject), 'whole', {});
    return old.ok ? old : undefined;
  }

  async hasTaken(subject: string, kind: Kind, requestId: string): Promise<boolean> {
    const message: TookMessage = { requestId };
    const { ok } = await call(await this.#stub(this.#names, kind, subject), 'took', message);
    if (ok || kind === 'shared' || this.#oldNames === undefined) return ok;
    return (await call(await this.#stub(this.#oldNames, kind, subject), 'took', message)).ok;
  }

  async attach(id: string, message: AttachMessage, signal: AbortSignal): Promise<Response | undefined> {
    const stub = this.#byId(id);
    return stub && call(stub, 'attach', message, signal);
  }

  async stop(id: string, message: StopMessage): Promise<Response | undefined> {
    const stub = this.#byId(id);
    return stub && call(stub, 'stop', message);
  }

  /**
   * The object under the old name is asked first. Once the new object is opened the request may be running, and then it is too late to
   * find out that it was answered before. If the old object cannot be reached, this fails and nothing runs. Returns undefined if the
   * old object does not know the key.
   */
  async #openOld(subject: string, message: KeyedOpen, signal: AbortSignal): Promise<Response | undefined> {
    if (this.#oldNames === undefined) return undefined;
    const old = await this.#stub(this.#oldNames, 'keyed', subject);
    const reply = await call(old, 'open', { ...message, job: withoutChat(message.job), onlyKnown: true }, signal);
    return readNote(reply.headers.get(NOTE_HEADER)).role === 'unknown' ? undefined : reply;
  }

  async #stub(names: Names, kind: Kind, subject: string): Promise<DurableObjectStub> {
    const namespace = this.#namespaces[kind];
    return namespace.get(namespace.idFromName(await names.of(subject)));
  }

  /** The object with this id. The id comes from a client, so it may be any string. */
  #byId(id: string): DurableObjectStub | undefined {
    if (!/^[0-9a-f]{64}$/.test(id)) return undefined;
    const namespace = this.#namespaces.keyed;
    try {
      return namespace.get(namespace.idFromString(id));
    } catch {
      return undefined;
    }
  }
}

/**
 * Makes the names of objects. The id of an object gives access to its answer. Outside Cloudflare, ids are derived from names with a
 * public constant (`uniqueKey` in cli/workerd/config.ts). So a name is an HMAC that only the router can compute.
 */
class Names {
  readonly #secret: string;
  #key: CryptoKey | undefined;

  constructor(secret: string) {
    this.#secret = secret;
  }

  async of(subject: string): Promise<string> {
    // The key is kept, not its promise, because a promise belongs to one request and may end with it.
    this.#key ??= await hmacKey(await hmacSha256(this.#secret, 'carryon answer-stream names v1'));
    return hex(await sign(this.#key, subject));
  }
}

/** The job without its chat, for an object that does not run it. */
const withoutChat = ({ requestId, arrivedAt, identity, user, door, feature, alias }: Job): Omit<Job, 'chat'> => ({
  ...{ requestId, arrivedAt, identity, user, door, feature, alias },
  cache: 'normal',
});

const call = (stub: DurableObjectStub, what: string, message: object, signal?: AbortSignal): Promise<Response> =>
  stub.fetch(`https://answer.internal/${what}`, {
    method: 'POST',
    body: JSON.stringify(message),
    ...(signal !== undefined && { signal }),
  });
