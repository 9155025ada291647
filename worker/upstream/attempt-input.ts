/** What an attempt is given, and what it brings where the provider answers. */
import type { ChatRequest } from '../../protocol/chat.ts';
import type { Deployment, RouterSettings } from '../core/config/config.ts';
import type { Patience } from '../core/routing/patience.ts';
import type { Clock, UpstreamFetch } from '../ports.ts';
import type { Adapter, Outgoing, Reply } from '../providers/adapter.ts';
import type { Chunk } from './answer-so-far.ts';
import type { ProviderStream } from './provider-stream.ts';

/** What one call of a provider needs. */
export interface AttemptInput {
  chat: ChatRequest;
  deployment: Deployment;
  adapter: Adapter;
  outgoing: Outgoing;
  settings: RouterSettings;
  patience: Patience;
  /** When this attempt must have shown content, or have answered whole, for the sake of the whole request. */
  deadlineAt: number;
  fetch: UpstreamFetch;
  clock: Clock;
  /** For the wait for its answer. */
  waits: Clock;
  /** Aborts when the client leaves. */
  gone: AbortSignal | undefined;
  /** Undefined: none is sent. */
  traceparent: string | undefined;
}

/** An answer that begins. */
export type Answered =
  | { kind: 'reply'; reply: Extract<Reply, { ok: true }> }
  /** `opening`: everything up to the first content, read already; `ended`: that was all of it. */
  | { kind: 'stream'; opening: Chunk[]; ended: boolean; stream: ProviderStream };
