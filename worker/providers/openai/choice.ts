import type { FinishReason } from '../../../protocol/chat.ts';
import { isObject, type Json } from '../../../protocol/json.ts';
import { CallDeltas } from '../shared/call-deltas.ts';
import { madeCallId } from '../shared/call-identity.ts';
import { readParts } from '../shared/content-parts.ts';
import { type CallKind, callKindIn, finishReason, isReason } from '../shared/finish-reasons.ts';
import { mayHoldText } from '../shared/heartbeat.ts';

/** What a chunk says about one choice. */
export interface ReadChoice {
  /** True if it has content, not only the role or an empty opening. The first such delta is the first token. */
  shows: boolean;
  /** True if a part that may have held text could not be read, and was taken out. */
  isLost: boolean;
  /** True if it was changed so that a client can read it. */
  isRewritten: boolean;
  /** False if there is nothing to pass on. */
  isReadable: boolean;
  /** A `finish_reason` that does not say the answer is complete. */
  brokeOff: string | undefined;
}

/** One choice of a stream: reads its deltas, and knows whether it has ended. */
export class OpenAiChoice {
  isFinished = false;
  /** True if content came, and then a chunk without content finished it. It stays false for servers that send `stop` with every chunk. */
  isSurelyFinished = false;
  finishReason: FinishReason | undefined;
  /** True if some content came. */
  #hasSaid = false;
  /** The fields that had a value in a delta. */
  readonly #said = new Set<string>();
  /** True if a `finish_reason` came together with content, or before more of it. It then proves nothing. */
  #finishesEarly = false;
  #hasRole = false;
  #called: CallKind;
  readonly #calls = new CallDeltas();
  readonly #index: number;
  readonly #isCallNamed: boolean;

  /** `isCallNamed`: the request names the function to call. */
  constructor(index: number, isCallNamed: boolean) {
    this.#index = index;
    this.#isCallNamed = isCallNamed;
  }

  /** Moves what no delta has said from a whole message into a delta. */
  addUnsaid(message: Json, delta: Json): void {
    for (const name in message) {
      if (hasValue(message[name]) && !hasValue(delta[name]) && !this.#said.has(name)) delta[name] = message[name];
    }
  }

  /** Reads one delta, and repairs it in place. `answerId` is the id of its chunk. */
  read(choice: Json, answerId: unknown): ReadChoice {
    const read: ReadChoice = { shows: false, isLost: false, isRewritten: false, isReadable: true, brokeOff: undefined };
    const { finish_reason: reason } = choice;
    const isEnd = isReason(reason);
    if (!isEnd && (reason ?? null) !== null) {
      choice.finish_reason = null;
      read.isRewritten = true;
    }
    if (isObject(choice.delta)) this.#readDelta(choice.delta, read, answerId);
    else {
      const { finish_reason: _, index: __, logprobs: ___, ...rest } = choice;
      read.isLost = mayHoldText(rest);
      // Azure sends its filter's results in such a choice, which breaks clients that expect a delta.
      read.isReadable = isEnd;
      choice.delta = {};
      read.isRewritten = true;
    }
    if (read.shows) {
      this.#finishesEarly ||= this.isFinished || isEnd;
      this.#hasSaid = true;
      this.isFinished = false;
      this.isSurelyFinished = false;
    }
    if (isEnd) this.#finish(choice, reason, read);
    return read;
  }

  #finish(choice: Json, word: string, read: ReadChoice): void {
    const reason = finishReason(word, this.#isCallNamed ? undefined : this.#called);
    if (reason === undefined) {
      read.brokeOff = word;
      this.isFinished = false;
      this.isSurelyFinished = false;
      return;
    }
    if (reason !== word) {
      choice.finish_reason = reason;
      read.isRewritten = true;
    }
    this.isSurelyFinished = this.#hasSaid && !this.#finishesEarly && !read.isLost;
    this.isFinished = true;
    this.finishReason = reason;
  }

  #readDelta(delta: Json, read: ReadChoice, answerId: unknown): void {
    const { content, tool_calls: calls, role } = delta;
    // Clients need the role once, and accept no other. Gemini's own word for it is "model"; MiniMax repeats an empty string.
    if (role !== 'assistant' && ((role ?? undefined) !== undefined || !this.#hasRole)) {
      delta.role = 'assistant';
      read.isRewritten = true;
    }
    this.#hasRole = true;
    if (typeof content === 'string') read.shows = content !== '';
    else if (content !== undefined && content !== null) readContent(delta, content, read);
    if (calls !== undefined && calls !== null) this.#readCalls(delta, calls, read, answerId);
    this.#called = callKindIn(delta) ?? this.#called;
    read.shows ||= Boolean(
      delta.reasoning_content || delta.reasoning || delta.refusal || delta.function_call || delta.audio,
    );
    for (const name in delta) if (hasValue(delta[name])) this.#said.add(name);
  }

  #readCalls(delta: Json, calls: unknown, read: ReadChoice, answerId: unknown): void {
    if (!Array.isArray(calls) || !calls.every(isObject)) {
      read.isLost ||= mayHoldText(calls);
      delete delta.tool_calls;
      read.isRewritten = true;
      return;
    }
    if (calls.length > 0) read.shows = true;
    const madeId = (index: number) => madeCallId(answerId, this.#index, index);
    if (this.#calls.mend(calls, madeId)) read.isRewritten = true;
  }
}

const hasValue = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : Boolean(value));

/** A list of parts becomes a string, and its thinking becomes `reasoning_content`. Anything else cannot be passed on. */
function readContent(delta: Json, content: unknown, read: ReadChoice): void {
  read.isRewritten = true;
  if (!Array.isArray(content)) {
    read.isLost = typeof content === 'number' || mayHoldText(content);
    delete delta.content;
    return;
  }
  const joined = readParts(content);
  read.isLost = joined.isLost;
  read.shows = joined.content !== '';
  delta.content = joined.content;
  if (joined.reasoning !== '') delta.reasoning_content = joined.reasoning;
  if (joined.refusal !== '') delta.refusal = joined.refusal;
}
