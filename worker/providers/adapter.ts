import type { ChatRequest, FinishReason, Usage } from '../../protocol/chat.ts';
import type { Quirks } from '../core/config/quirks.ts';
import type { Failure } from '../core/routing/failure.ts';

/**
 * Translates one wire format in both directions. An adapter is pure: it does not fetch and knows no clock. Every adapter runs the
 * suite in `test/unit/providers/conformance.ts`.
 */
export interface Adapter {
  /**
   * The provider's request for `chat`. The body has a closed list of fields, and all others are named in `dropped`. `promptCache` is
   * true if the tools and instructions will be sent again. A provider that caches only when told to is then told to.
   */
  request(chat: ChatRequest, target: Target, promptCache?: boolean): Outgoing;
  /**
   * Checks the text of a whole 200 answer and turns it into OpenAI's form. `nowMs` dates an answer without a date. Whatever the input,
   * neither this, nor `failure`, nor the stream's translator throws. The message of a failure may have any length.
   */
  reply(text: string, chat: ChatRequest, nowMs: number): Reply;
  /** A new translator for one streamed 200 answer. */
  stream(chat: ChatRequest, nowMs: number): StreamTranslator;
  /** Classifies an answer whose status is not 200. `body` is its first 64 KiB. `header` reads a header by its lower-case name. */
  failure(status: number, header: (name: string) => string | null, body: string, asked?: RequestFacts): Failure;
}

/** Facts about the request, for judging a failed answer. */
export interface RequestFacts {
  /** When the answer's headers came. Dates count from then if the answer has no `date` header. */
  arrivedAt: number;
  /** Roughly the tokens that were sent, and the most that were asked for. They show whether the request is larger than a whole limit. */
  inputTokens: number;
  outputTokens: number;
}

/** Where a request is sent. It comes only from config and secrets, never from the client. */
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
  /** The headers depend only on the target, so the pipeline makes them once per deployment. */
  headers: Record<string, string>;
  body: string;
  /** Names of the client's fields that were not sent, or not with the client's value. Made by `FieldNames.toList()`. */
  dropped: string[];
  /** Set if the client's request cannot be expressed in this format, and must not be sent as something else. */
  unsendable?: Unsendable | undefined;
}

/** Which field cannot be sent, and what to send instead. */
export interface Unsendable {
  param: string;
  message: string;
}

/**
 * A whole answer. `body` is the JSON of a `ChatCompletion`. `model` is the model that answered, if the provider names it. `textBytes`
 * is the UTF-8 bytes of everything that was generated, as in a stream's steps. `finishReason` is that of the first choice.
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
  /** `usage` is what the provider bills for an answer that cannot be used. */
  | { ok: false; failure: Failure; usage?: Usage | undefined };

/** One result of reading a stream's event. */
export type StreamStep =
  /**
   * `data` is the JSON of a `ChatChunk` without usage. `content` is true if it shows the reader something (text, reasoning, a refusal,
   * a tool call). `finished` is true if the stream is `surelyFinished`. `textBytes` is the UTF-8 bytes of everything that was
   * generated for it. A token has at least one byte, except for a few without text, of which there are no more than chunks.
   */
  | { kind: 'chunk'; data: string; content: boolean; finished: boolean; textBytes: number }
  /** Something that was generated and billed, but is not passed on: a signature, or a block that chunks cannot carry. */
  | { kind: 'unseen'; textBytes: number }
  /** An event that cannot be read and may have held part of the answer. `textBytes` is its whole length. */
  | { kind: 'lost'; textBytes: number }
  /** The provider said that nothing more comes. */
  | { kind: 'done' }
  | { kind: 'failure'; failure: Failure };

/** The `data` of an event without its text. If the next event is the same with another text, it has the same meaning. */
export interface TextPattern {
  before: string;
  after: string;
}

/** Translates one streamed answer, event by event. */
export interface StreamTranslator {
  /** Takes one SSE event (no comments). An event without any of the answer gives no step. Never throws. */
  event(name: string | undefined, data: string): StreamStep[];
  /**
   * True if at least one choice was seen, and each has its `finish_reason` with no content after it. With the provider's `[DONE]` the
   * answer is then whole, even with fewer choices than `n`.
   */
  readonly complete: boolean;
  /** True if `complete`, with as many choices as were asked for. The answer is then whole if the stream ends cleanly. */
  readonly finishedAll: boolean;
  /**
   * True if `finishedAll`, and no `finish_reason` came together with content or before more of it. The answer is then whole however
   * the stream ends, even if the connection breaks.
   */
  readonly surelyFinished: boolean;
  /** The pattern of the last event. Undefined if the next event must be read. An event of the same pattern changes nothing in here. */
  readonly pattern?: TextPattern | undefined;
  /** The last usage seen. Reports are cumulative and never added up. */
  readonly usage: Usage | undefined;
  /** The model that answered, as the provider names it. */
  readonly model: string | undefined;
  /** The finish reason of the choice that ended last. */
  readonly finishReason: FinishReason | undefined;
  /** The fields that every chunk of this answer has beside its choices. */
  envelope(): object;
  /** OpenAI's closing chunk with `choices: []` and `usage`, for clients that asked for it. Undefined if no usage came. */
  usageChunk(): Record<string, unknown> | undefined;
}
