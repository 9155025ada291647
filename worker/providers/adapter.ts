import type { ChatRequest, FinishReason, Usage } from '../../protocol/chat.ts';
import type { Quirks } from '../core/config/quirks.ts';
import type { Failure } from '../core/routing/failure.ts';

/**
 * The translator of one wire format, in both directions. Pure: it does not fetch and knows no clock. Every adapter runs the suite in
 * `test/unit/providers/conformance.ts`.
 */
export interface Adapter {
  /** The provider's request for `chat`. The body has a closed list of fields; all others are named in `dropped`. `promptCache`: its
   *  tools and instructions will be sent again, so a provider that caches only when told to is told to. */
  request(chat: ChatRequest, target: Target, promptCache?: boolean): Outgoing;
  /** Checks the text of a whole 200 answer and turns it into OpenAI's form. `nowMs` dates an answer without a date. For no input does
   *  this, `failure` or the stream's translator throw. The message of a failure may have any length. */
  reply(text: string, chat: ChatRequest, nowMs: number): Reply;
  /** A new translator for one streamed 200 answer. */
  stream(chat: ChatRequest, nowMs: number): StreamTranslator;
  /** Classifies an answer whose status is not 200. `body` is its first 64 KiB; `header` reads by lower-case name. */
  failure(status: number, header: (name: string) => string | null, body: string, asked?: Asked): Failure;
}

/** Facts about the request, for judging a failed answer. */
export interface Asked {
  /** When the answer's headers came. Dates count from then if the answer has no `date` header. */
  arrivedAt: number;
  /** Roughly what was sent, and the most that was asked for: to recognise a request that is larger than a whole limit. */
  inputTokens: number;
  outputTokens: number;
}

/** Where a request is sent; from config and secrets alone, never from the client. */
export interface Target {
  model: string;
  /** Without a trailing slash, such as `https://api.openai.com/v1`. */
  apiBase: string;
  apiKey: string;
  quirks: Quirks;
  /** Body fields outside the closed list that config allows, each at a price. */
  allowParams: readonly string[];
  /** The output cap for a wire format that requires one, if the request has none. */
  defaultMaxOutputTokens: number;
}

/** The request to a provider. */
export interface Outgoing {
  url: string;
  /** Depend on the target alone, so the pipeline makes them once per deployment. */
  headers: Record<string, string>;
  body: string;
  /** Names of the client's fields that were not sent, or not with the client's value. Made by `FieldNames.toList()`. */
  dropped: string[];
  /** Set if the client's request cannot be expressed in this format, and must not be sent as something else. */
  unsendable?: Unsendable | undefined;
}

/** Which field cannot be sent, and what would be right. */
export interface Unsendable {
  param: string;
  message: string;
}

/**
 * A whole answer. `body`: the JSON of a `ChatCompletion`. `model`: the one that answered, if the provider names it. `textBytes`:
 * UTF-8 bytes of everything that was generated, as in a stream's steps. `finishReason`: of the first choice.
 */
export type Reply =
  | {
      ok: true;
      body: string;
      model: string | undefined;
      usage: Usage | undefined;
      textBytes: number;
      finishReason: FinishReason | undefined;
    }
  /** `usage`: what a provider bills for an answer that cannot be used. */
  | { ok: false; failure: Failure; usage?: Usage | undefined };

/** What one event of a stream comes to. */
export type StreamStep =
  /** `data`: the JSON of a `ChatChunk` without usage. `content`: it shows the reader something (text, reasoning, a refusal, a tool
   *  call). `finished`: the stream is `surelyFinished`. `textBytes`: UTF-8 bytes of everything that was generated for it. A token is
   *  a byte or more, except for a few without text, of which there are no more than chunks. */
  | { kind: 'chunk'; data: string; content: boolean; finished: boolean; textBytes: number }
  /** Generated and billed, but not passed on: a signature, or a block that chunks cannot carry. */
  | { kind: 'unseen'; textBytes: number }
  /** An event that cannot be read and may have held part of the answer. `textBytes`: its whole length. */
  | { kind: 'lost'; textBytes: number }
  /** The provider said that nothing more comes. */
  | { kind: 'done' }
  | { kind: 'failure'; failure: Failure };

/** The `data` of an event, but for its text: the next event may be the same with another text, and means the same then. */
export interface TextPattern {
  before: string;
  after: string;
}

/** Translates one streamed answer, event by event. */
export interface StreamTranslator {
  /** Takes one SSE event (no comments). An event that holds nothing of the answer gives no step. Never throws. */
  event(name: string | undefined, data: string): StreamStep[];
  /** At least one choice was seen, and each has its `finish_reason` with no content after it. With the provider's `[DONE]` the answer
   *  is then whole, even with fewer choices than `n`. */
  readonly complete: boolean;
  /** `complete`, with as many choices as were asked for: whole if the stream ends cleanly. */
  readonly finishedAll: boolean;
  /** `finishedAll`, and no `finish_reason` came together with content or before more of it: whole however the stream ends, even if
   *  the connection breaks. */
  readonly surelyFinished: boolean;
  /** Of the last event; undefined where the next one has to be read. An event of the same pattern changes nothing in here. */
  readonly pattern?: TextPattern | undefined;
  /** The last usage seen; never summed. */
  readonly usage: Usage | undefined;
  /** The model that answered, as the provider names it. */
  readonly model: string | undefined;
  /** Of the choice that ended last. */
  readonly finishReason: FinishReason | undefined;
  /** The fields that every chunk of this answer has beside its choices. */
  envelope(): object;
  /** OpenAI's closing chunk with `choices: []` and `usage`, for clients that asked for it; undefined if no usage came. */
  usageChunk(): Record<string, unknown> | undefined;
}
