/** Behind the response: a new answer is kept, where the feature keeps them and the answer is one to give again. */
import type { ChatChunk } from '../../protocol/chat.ts';
import { StreamedCompletion } from '../core/answers/completion-of-stream.ts';
import { whyNotStored } from '../core/answers/storable.ts';
import type { Deps } from '../ports.ts';
import type { Begun } from './produce.ts';
import type { Chunk } from './provider-stream.ts';
import type { CacheRead } from './read-cache.ts';
import type { Scope } from './scope.ts';

/** Told of a whole answer, as JSON text. */
export type Keep = (body: string, model: string) => void;

/** Undefined where nothing is to be kept. `question` is as the client sent it, not as a safeguard made it. */
export function keeper(
  { ask, admission, deployment }: Begun,
  cached: CacheRead,
  deps: Deps,
  scope: Scope,
): Keep | undefined {
  const policy = ask.feature.cache;
  if (cached.state !== 'miss' || policy === undefined || admission.version.mode !== 'normal') return undefined;
  const { answers, clock } = deps;
  const { keyHash } = cached;
  return (body, model) => {
    const { id, provider } = deployment;
    const answer = { body, usage: undefined, model, deployment: id, provider, storedAt: clock.now() };
    const finished = { answer, chat: ask.chat, policy, mode: admission.version.mode, noStore: false };
    if (whyNotStored(finished) !== undefined) return;
    scope.background(answers.put(keyHash, ask.identity.tenant, answer, policy.ttlMs + policy.staleTtlMs));
  };
}

/** Puts a stream together while it passes; gives up beyond what may be kept. */
export class StreamKeeper {
  readonly #keep: Keep;
  readonly #completion = new StreamedCompletion();
  #bytesLeft: number;

  constructor(keep: Keep, maxBytes: number) {
    this.#keep = keep;
    // Chunks repeat what frames them, so they are several times as long as what they say.
    this.#bytesLeft = maxBytes * 16;
  }

  add(chunks: readonly Chunk[]): void {
    for (const { data } of chunks) {
      this.#bytesLeft -= data.length;
      if (this.#bytesLeft < 0) return;
      this.#completion.add(JSON.parse(data) as ChatChunk);
    }
  }

  /** `usageChunk`: the closing one, which the stream itself does not hold. */
  end(usageChunk: Record<string, unknown> | undefined, model: string): void {
    if (this.#bytesLeft < 0) return;
    if (usageChunk !== undefined) this.#completion.add({ ...usageChunk, choices: [] } as unknown as ChatChunk);
    const whole = this.#completion.whole();
    if (whole !== undefined) this.#keep(JSON.stringify(whole), model);
  }
}
