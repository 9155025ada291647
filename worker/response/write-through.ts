/** Puts a new answer into the cache, behind the response, if the feature has one and the answer may be given again. */
import type { ChatChunk } from '../../protocol/chat.ts';
import { StreamedCompletion } from '../../protocol/completion-of-stream.ts';
import { whyNotStored } from '../core/answers/storable.ts';
import type { StoredAnswer } from '../core/answers/stored-answer.ts';
import { NOTE_HEADER, readNote } from '../core/answers/stream/messages.ts';
import type { BegunOutcome } from '../pipeline/outcome.ts';
import type { CacheRead } from '../pipeline/read-cache.ts';
import type { RequestContext, RoutedRequest } from '../pipeline/request.ts';
import type { Deps } from '../ports.ts';
import type { Chunk } from '../upstream/answer-so-far.ts';

/** Takes a whole answer, as JSON. */
export type CacheAnswer = (body: string, model: string) => void;

/** Returns what caches the answer. Undefined if it must not be cached. */
export function answerKeeper(
  { request, deployment, trail: { mode } }: BegunOutcome,
  cached: CacheRead | undefined,
  deps: Deps,
  context: RequestContext,
): CacheAnswer | undefined {
  if (cached?.state !== 'miss' || mode !== 'normal') return undefined;
  const { id, provider } = deployment;
  return (body, model) => {
    const keeping = keep({ body, model, deployment: id, provider }, mode, request, cached.keyHash, deps);
    if (keeping !== undefined) context.background(keeping);
  };
}

/** Caches an answer that an object has made. The Worker asks for the whole answer, because each colo has its own cache. */
export async function keepWhole(subject: string, request: RoutedRequest, keyHash: string, deps: Deps): Promise<void> {
  try {
    const whole = await deps.answerStreams.whole(subject, request.keyed === undefined ? 'shared' : 'keyed');
    if (whole === undefined) return;
    const {
      model = '',
      deployment = '',
      provider = '',
      mode = 'normal',
    } = readNote(whole.headers.get(NOTE_HEADER)).head;
    await keep({ model, deployment, provider, body: await whole.text() }, mode, request, keyHash, deps);
  } catch {
    // The only loss is a miss later.
  }
}

function keep(
  made: Pick<StoredAnswer, 'body' | 'model' | 'deployment' | 'provider'>,
  mode: string,
  { feature: { cache: policy }, chat, identity }: RoutedRequest,
  keyHash: string,
  { answers, clock }: Deps,
): Promise<unknown> | undefined {
  if (policy === undefined) return undefined;
  if (whyNotStored({ body: made.body, chat, policy, mode }) !== undefined) return undefined;
  return answers.put(keyHash, identity.tenant, { ...made, storedAt: clock.now() }, policy.ttlMs + policy.staleTtlMs);
}

/** Puts a stream together while it passes. It gives up beyond the size that may be cached. */
export class StreamKeeper {
  readonly #keep: CacheAnswer;
  readonly #completion = new StreamedCompletion();
  #bytesLeft: number;

  constructor(keep: CacheAnswer, maxBytes: number) {
    this.#keep = keep;
    // Chunks repeat their JSON frame, so they are several times as long as their text.
    this.#bytesLeft = maxBytes * 16;
  }

  add(chunks: readonly Chunk[]): void {
    for (const { data } of chunks) {
      this.#bytesLeft -= data.length;
      if (this.#bytesLeft < 0) return;
      try {
        this.#completion.add(JSON.parse(data) as ChatChunk);
      } catch {
        // The client gets the chunk as it is, but it cannot be parsed, for example because its objects are nested too deep.
        this.#bytesLeft = -1;
      }
    }
  }

  /** Called when the stream is complete. `usageChunk` is the closing chunk, which `add` has not been given. */
  end(usageChunk: Record<string, unknown> | undefined, model: string): void {
    if (this.#bytesLeft < 0) return;
    if (usageChunk !== undefined) this.#completion.add({ ...usageChunk, choices: [] } as unknown as ChatChunk);
    const whole = this.#completion.whole();
    if (whole === undefined) return;
    let body: string;
    try {
      body = JSON.stringify(whole);
    } catch {
      return;
    }
    this.#keep(body, model);
  }
}
