/** The input of an attempt, and its result if the provider answers. */
import type { ChatRequest } from '../../protocol/chat.ts';
import type { Deployment, RouterSettings } from '../core/config/config.ts';
import type { Patience } from '../core/routing/patience.ts';
import type { Clock, UpstreamFetch } from '../ports.ts';
import type { Adapter, Outgoing, Reply } from '../providers/adapter.ts';
import type { Chunk } from './answer-so-far.ts';
import type { ProviderStream } from './provider-stream.ts';

/** What one call to a provider needs. */
export interface AttemptInput {
  chat: ChatRequest;
  deployment: Deployment;
  adapter: Adapter;
  outgoing: Outgoing;
  settings: RouterSettings;
  patience: Patience;
  /** The time by which a stream must have shown content, or a whole answer must be complete, to keep the request's own deadline. */
  deadlineAt: number;
  fetch: UpstreamFetch;
  clock: Clock;
  /** The clock for the wait for the answer. */
  waits: Clock;
  /** Aborts when the client leaves. */
  gone: AbortSignal | undefined;
  /** Undefined if no header is sent. */
  traceparent: string | undefined;
}

/** An answer that begins. */
export type BegunAnswer =
  | { kind: 'reply'; reply: Extract<Reply, { ok: true }> }
  /** `opening` is everything up to the first content, which has already been read. `ended` is true if that is the whole answer. */
  | { kind: 'stream'; opening: Chunk[]; ended: boolean; stream: ProviderStream };
