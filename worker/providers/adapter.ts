import type { ChatRequest, Usage } from '../../protocol/chat.ts';
import type { Quirks } from '../core/config/quirks.ts';
import type { Failure } from '../core/routing/failure.ts';

/**
 * A provider's translator: pure, both directions, never a client (it does not fetch and knows no clock). One shape for every
 * wire format; `test/unit/providers/conformance.ts` is the suite that each of them runs.
 */
export interface Adapter {
  /** The provider's request for `chat`. The body holds a closed list of fields; the rest is named in `dropped`. `promptCache`:
   *  its tools and instructions come again, so a provider that caches only what it is told to is told so. */
  request(chat: ChatRequest, target: Target, promptCache?: boolean): Outgoing;
  /** A whole 200 answer's text, checked and turned into OpenAI's form. `nowMs` dates an answer that carries no date. Whatever
   *  comes, this, `failure` and the stream's translator never throw; a failure's message is not cut to a length. */
  reply(text: string, chat: ChatRequest, nowMs: number): Reply;
  /** A fresh translator for one streamed 200 answer. */
  stream(chat: ChatRequest, nowMs: number): StreamTranslator;
  /** Classifies an answer whose status is not 200. `body` is its first 64 KiB; `header` reads by lower-case name. */
  failure(status: number, header: (name: string) => string | null, body: string, asked?: Asked): Failure;
}

/** What an answer is judged beside. */
export interface Asked {
  /** When its headers came: dates without a `date` beside them count from then. */
  arrivedAt: number;
  /** What was sent, roughly, and what was asked for at most: to tell a request that no limit has room for. */
  inputTokens: number;
  outputTokens: number;
}

/** Where a request goes; from config and secrets alone, never from the client. */
export interface Target {
  model: string;
  /** Without a trailing slash, such as `https://api.openai.com/v1`. */
  apiBase: string;
  apiKey: string;
  quirks: Quirks;
  /** Body fields outside the closed list that config lets through (each has a price there). */
  allowParams: readonly string[];
  /** For a wire format that demands an output cap, when the request has none. */
  defaultMaxOutputTokens: number;
}

export interface Outgoing {
  url: string;
  /** They depend on the target alone: the pipeline makes them once per deployment. */
  headers: Record<string, string>;
  body: string;
  /** Names of body fields the client sent that did not go out, or not with the value sent: `FieldNames.toList()`. */
  dropped: string[];
  /** What the client sent cannot be said to this provider, and must not be sent with other words. */
  unsendable?: Unsendable | undefined;
}

/** Where it is, and what would be right. */
export interface Unsendable {
  param: string;
  message: string;
}

/**
 * `body`: JSON text of a `ChatCompletion`. `model`: the one that answered, where the provider names it. `textBytes`: UTF-8 of all
 * that was generated, as in a stream's steps.
 */
export type Reply =
  | { ok: true; body: string; model: string | undefined; usage: Usage | undefined; textBytes: number }
  /** `usage`: what a provider bills for an answer that cannot be used. */
  | { ok: false; failure: Failure; usage?: Usage | undefined };

export type StreamStep =
  /** `data`: JSON text of a `ChatChunk` without usage. `content`: it shows the reader something (text, reasoning, refusal,
   *  a tool call). `finished`: `surelyFinished` by now. `textBytes`: UTF-8 of all that was generated for it; each token is a
   *  byte or more, but for the few without text: no more than there are chunks. */
  | { kind: 'chunk'; data: string; content: boolean; finished: boolean; textBytes: number }
  /** Generated and billed, and not passed on: a signature, a block that no chunk has a place for. */
  | { kind: 'unseen'; textBytes: number }
  /** An event that may have held part of the answer and cannot be read. `textBytes`: its whole length. */
  | { kind: 'lost'; textBytes: number }
  /** The provider said that nothing more comes. */
  | { kind: 'done' }
  | { kind: 'failure'; failure: Failure };

export interface StreamTranslator {
  /** One SSE event (comments never arrive here). One that holds nothing of the answer gives no step; never an exception. */
  event(name: string | undefined, data: string): StreamStep[];
  /** At least one choice was seen, and each one seen has its `finish_reason`, with no content after it. Where the provider says
   *  that it is done (`[DONE]`), the answer is whole: it may send fewer choices than `n`. */
  readonly complete: boolean;
  /** `complete`, and as many choices as were asked for have finished: whole if the stream comes to a clean end. */
  readonly finishedAll: boolean;
  /** `finishedAll`, and no finish came with content or before more of it: whole however the stream ends, a broken connection
   *  included. */
  readonly surelyFinished: boolean;
  /** The last usage seen; never summed. */
  readonly usage: Usage | undefined;
  /** The model that answered, as the provider names it. */
  readonly model: string | undefined;
  /** What every chunk of this answer says beside its choices. */
  envelope(): object;
  /** OpenAI's closing chunk with `choices: []` and `usage`, for clients that asked; undefined where no usage came. */
  usageChunk(): Record<string, unknown> | undefined;
}
