import { isObject, type Json } from '../../../protocol/json.ts';
import { readParts } from '../shared/content-parts.ts';
import { finishReason } from '../shared/finish-reasons.ts';
import { mayHoldText } from '../shared/heartbeat.ts';
import { ToolCallIndexes } from '../shared/tool-call-indexes.ts';

export interface ReadChoice {
  /** Content, not the role or an empty opening: the first such delta is the first token. */
  shows: boolean;
  /** Part of it may have held text and could not be read; that part is taken out. */
  isLost: boolean;
  /** It was changed, so that a client can read it. */
  isRewritten: boolean;
  /** False: there is nothing in it to pass on. */
  isReadable: boolean;
  /** A `finish_reason` that does not say the answer is complete. */
  brokeOff: string | undefined;
}

/** One choice of a stream: what its deltas say, and whether it has come to its end. */
export class OpenAiChoice {
  isFinished = false;
  /** Content came, then a chunk without any finished it. Servers that send `stop` with every chunk never get here. */
  isSurelyFinished = false;
  #hasSaid = false;
  /** A finish came together with content, or content after a finish: its finishes mean little. */
  #finishesEarly = false;
  readonly #calls = new ToolCallIndexes();

  /** Reads it, and mends it in place. */
  read(choice: Json): ReadChoice {
    const read: ReadChoice = { shows: false, isLost: false, isRewritten: false, isReadable: true, brokeOff: undefined };
    const { finish_reason: reason } = choice;
    const isEnd = typeof reason === 'string' && reason !== '';
    if (isObject(choice.delta)) this.#readDelta(choice.delta, read);
    else {
      const { finish_reason: _, index: __, logprobs: ___, ...rest } = choice;
      read.isLost = mayHoldText(rest);
      // Azure sends its filter's results in such a choice; clients that expect a delta break.
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
    const reason = finishReason(word);
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
  }

  #readDelta(delta: Json, read: ReadChoice): void {
    const { content, tool_calls: calls } = delta;
    if (typeof content === 'string') read.shows = content !== '';
    else if (content !== undefined && content !== null) readContent(delta, content, read);
    if (calls !== undefined && calls !== null) this.#readCalls(delta, calls, read);
    read.shows ||= Boolean(
      delta.reasoning_content || delta.reasoning || delta.refusal || delta.function_call || delta.audio,
    );
  }

  #readCalls(delta: Json, calls: unknown, read: ReadChoice): void {
    if (!Array.isArray(calls) || !calls.every(isObject)) {
      read.isLost ||= mayHoldText(calls);
      delete delta.tool_calls;
      read.isRewritten = true;
      return;
    }
    if (calls.length > 0) read.shows = true;
    if (this.#calls.separate(calls)) read.isRewritten = true;
  }
}

/** A list of parts becomes a string, its thinking `reasoning_content`; anything else cannot be passed on. */
function readContent(delta: Json, content: unknown, read: ReadChoice): void {
  read.isRewritten = true;
  if (!Array.isArray(content)) {
    read.isLost = typeof content === 'number' || mayHoldText(content);
    delete delta.content;
    return;
  }
  const said = readParts(content);
  read.isLost = said.isLost;
  read.shows = said.content !== '';
  delta.content = said.content;
  if (said.reasoning !== '') delta.reasoning_content = said.reasoning;
  if (said.refusal !== '') delta.refusal = said.refusal;
}
