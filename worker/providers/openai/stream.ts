import type { FinishReason, Usage } from '../../../protocol/chat.ts';
import { isObject, type Json, nonEmpty } from '../../../protocol/json.ts';
import { utf8Bytes } from '../../../protocol/utf8-bytes.ts';
import type { Failure } from '../../core/routing/failure.ts';
import type { StreamStep, StreamTranslator, TextPattern } from '../adapter.ts';
import { failureInside, reportsError } from '../shared/error-inside.ts';
import { isReason } from '../shared/finish-reasons.ts';
import { generatedBytes } from '../shared/generated-bytes.ts';
import { isHeartbeat, isPingEvent, mayHoldText } from '../shared/heartbeat.ts';
import { isTooDeep, jsonText } from '../shared/json-text.ts';
import { brokeOffFailure } from '../shared/provider-error.ts';
import { refusalInside } from '../shared/refusal-inside.ts';
import { dropRouterFields, hasLostEvents } from '../shared/router-fields.ts';
import { DONE_STEPS, lostStep, NO_STEPS } from '../shared/stream-steps.ts';
import { isReadableUsage, laterUsage, readUsage, usageIn, wireUsage } from '../shared/usage.ts';
import { writeText } from '../shared/written-text.ts';
import { OpenAiChoice } from './choice.ts';
import { PlainText } from './plain-text.ts';

/** A router behind this one said that it lost events. */
const LOST_BEHIND: StreamStep[] = [{ kind: 'lost', textBytes: 0 }];

/**
 * Passes chunks on as the provider wrote them. A chunk is written again only to remove its usage, or if a client could not read it.
 * Events without any of the answer are skipped. An unreadable event that may have held some is `lost`.
 */
export class OpenAiStream implements StreamTranslator {
  usage: Usage | undefined;
  model: string | undefined;
  finishReason: FinishReason | undefined;
  readonly #asked: number;
  readonly #isCallNamed: boolean;
  readonly #choices = new Map<number, OpenAiChoice>();
  readonly #plainText = new PlainText();
  #finished = 0;
  #surelyFinished = 0;
  #hasContent = false;
  #last: Json | undefined;
  #wireUsage: unknown;
  /** Usage by the choice's index, for providers that report it for each choice. */
  readonly #usageOfChoices = new Map<string, Usage>();

  /** `asked`: how many choices the request asks for. `isCallNamed`: it names the function to call. */
  constructor(asked: number, isCallNamed = false) {
    this.#asked = asked;
    this.#isCallNamed = isCallNamed;
  }

  get pattern(): TextPattern | undefined {
    return this.#plainText.pattern;
  }

  get complete(): boolean {
    return this.#choices.size > 0 && this.#finished === this.#choices.size;
  }

  get finishedAll(): boolean {
    return this.complete && this.#finished >= this.#asked;
  }

  get surelyFinished(): boolean {
    return this.finishedAll && this.#surelyFinished === this.#finished;
  }

  event(name: string | undefined, data: string): StreamStep[] {
    if (data.startsWith('[DONE]')) return DONE_STEPS;
    const text = name === undefined ? this.#plainText.read(data) : undefined;
    if (text !== undefined) {
      return [{ kind: 'chunk', data, content: true, finished: false, textBytes: utf8Bytes(text) }];
    }
    this.#plainText.forget();
    let chunk: unknown;
    try {
      chunk = JSON.parse(data);
    } catch {
      return this.#unreadable(name, data);
    }
    // Gemini's compatible API wraps its errors in a list.
    const answer: unknown = Array.isArray(chunk) ? chunk[0] : chunk;
    // Usage comes before anything else, because an error may report it too.
    const usage = isObject(answer) ? usageIn(answer, this.#usageOfChoices) : undefined;
    // Usage is passed on in a chunk of our own, so it must be one that can be written.
    if (usage !== undefined && !isTooDeep(usage)) this.#takeUsage(usage);
    if (name === 'error' || (isObject(answer) && reportsError(answer))) {
      return failed(failureInside(isObject(answer) ? (answer.error ?? answer) : answer, this.#hasContent));
    }
    if (!isObject(chunk)) return lostStep(mayHoldText(chunk), data);
    if (!Array.isArray(chunk.choices)) {
      const refusal = this.#hasContent ? undefined : refusalInside(chunk);
      return refusal ? failed(failureInside(refusal, false)) : lostStep(mayHoldText(chunk), data);
    }
    this.model = nonEmpty(chunk.model) ?? this.model;
    if (this.#last === undefined || nonEmpty(chunk.id) !== undefined) this.#last = chunk;
    if (chunk.choices.length === 0) return hasLostEvents(chunk) ? LOST_BEHIND : NO_STEPS;
    const steps = this.#chunk(chunk, chunk.choices, data);
    if (usage === undefined) this.#plainText.learn(data, chunk, steps);
    return steps;
  }

  /** An event that is not JSON: a heartbeat, several events without blank lines between them, or something that is lost. */
  #unreadable(name: string | undefined, data: string): StreamStep[] {
    if (name === 'error') return failed(failureInside({ message: data }, this.#hasContent));
    if (isPingEvent(name) || isHeartbeat(data)) return NO_STEPS;
    if (data.trimStart().startsWith('[DONE]')) return DONE_STEPS;
    const lines = data.split('\n');
    if (lines.length > 1 && lines.every((line) => isHeartbeat(line) || isWhole(line))) {
      return lines.flatMap((line) => this.event(name, line));
    }
    return lostStep(true, data);
  }

  #chunk(chunk: Json, choices: unknown[], data: string): StreamStep[] {
    const isMoved = this.#moveMessages(chunk, choices);
    const isWritten = writeText(choices, data, 'delta');
    if (isWritten === undefined) return lostStep(true, data);
    const textBytes = bytesIn(choices) ?? utf8Bytes(data);
    let shows = false;
    let isLost = false;
    const isMarked = hasLostEvents(chunk);
    let isRewritten = dropRouterFields(chunk) || isMoved || isWritten;
    // Some clients treat any `error` as one, even null, and refuse a `usage` that is not an object.
    if (chunk.error !== undefined || (chunk.usage ?? null) !== null) {
      delete chunk.error;
      delete chunk.usage;
      isRewritten = true;
    }
    const readable: unknown[] = [];
    for (const choice of choices) {
      const read = this.#readChoice(choice, chunk.id);
      if (read.brokeOff !== undefined)
        return [{ kind: 'unseen', textBytes }, ...failed(brokeOffFailure(read.brokeOff))];
      isLost ||= read.isLost;
      shows ||= read.shows;
      isRewritten ||= read.isRewritten;
      if (read.isReadable) readable.push(choice);
    }
    if (shows) this.#hasContent = true;
    const steps = isLost ? lostStep(true, data) : isMarked ? LOST_BEHIND : NO_STEPS;
    if (readable.length === 0) return steps;
    if (readable.length < choices.length) {
      chunk.choices = readable;
      isRewritten = true;
    }
    // A line break is legal inside JSON, but not inside an SSE line.
    const text = isRewritten || data.includes('\n') ? jsonText(chunk) : data;
    if (text === undefined) return lostStep(true, data);
    const finished = this.surelyFinished;
    // A lost event was counted with its whole length.
    const step: StreamStep = { kind: 'chunk', data: text, content: shows, finished, textBytes: isLost ? 0 : textBytes };
    return steps.length === 0 ? [step] : [step, ...steps];
  }

  /**
   * Foundry Local has a `message` beside each delta, and OpenAI's SDK would show it instead. MiniMax ends its streams with the whole
   * answer, without a delta. What no delta has said becomes one. True if a message was found.
   */
  #moveMessages({ object }: Json, choices: readonly unknown[]): boolean {
    let found = false;
    for (const choice of choices) {
      if (!isObject(choice) || !isObject(choice.message)) continue;
      const index = indexOf(choice);
      if (index === undefined) continue;
      if (!isObject(choice.delta)) {
        // Without an end it may be a part, or all so far. It then counts as lost, because a part must not pass for the answer.
        if (object !== 'chat.completion' || !isReason(choice.finish_reason)) continue;
        choice.delta = {};
      }
      this.#choiceAt(index).addUnsaid(choice.message, choice.delta as Json);
      delete choice.message;
      found = true;
    }
    return found;
  }

  #readChoice(choice: unknown, answerId: unknown): ReadChoice {
    const index = isObject(choice) ? indexOf(choice) : undefined;
    if (!isObject(choice) || index === undefined) return { ...UNREADABLE, isLost: mayHoldText(choice) };
    const known = this.#choiceAt(index);
    const { isFinished, isSurelyFinished } = known;
    const read = known.read(choice, answerId);
    this.#finished += Number(known.isFinished) - Number(isFinished);
    this.finishReason = known.finishReason ?? this.finishReason;
    this.#surelyFinished += Number(known.isSurelyFinished) - Number(isSurelyFinished);
    if (choice.index === index) return read;
    choice.index = index;
    return { ...read, isRewritten: true };
  }

  #choiceAt(index: number): OpenAiChoice {
    let known = this.#choices.get(index);
    if (known === undefined) {
      known = new OpenAiChoice(index, this.#isCallNamed);
      this.#choices.set(index, known);
    }
    return known;
  }

  #takeUsage(value: unknown): void {
    const next = readUsage(value);
    if (next === undefined) return;
    const later = laterUsage(this.usage, next);
    // The provider's own object, unless it takes back what was reported before, or SDKs refuse it.
    this.#wireUsage = later === next && isReadableUsage(value) ? value : wireUsage(later);
    this.usage = later;
  }

  usageChunk(): Record<string, unknown> | undefined {
    if (this.#wireUsage === undefined) return undefined;
    return { ...this.envelope(), choices: [], usage: this.#wireUsage };
  }

  envelope(): Record<string, unknown> {
    const last = this.#last ?? {};
    return {
      id: typeof last.id === 'string' ? last.id : '',
      object: 'chat.completion.chunk',
      created: typeof last.created === 'number' ? last.created : 0,
      model: typeof last.model === 'string' ? last.model : '',
    };
  }
}

type ReadChoice = ReturnType<OpenAiChoice['read']>;
const UNREADABLE = { shows: false, isRewritten: false, isReadable: false, brokeOff: undefined };

/** Some providers leave the index out, or send it as a string. */
function indexOf({ index }: Json): number | undefined {
  if (index === undefined || index === null) return 0;
  if (typeof index === 'number') return index;
  return typeof index === 'string' && /^\d{1,3}$/.test(index) ? Number(index) : undefined;
}

function isWhole(line: string): boolean {
  if (line.startsWith('[DONE]')) return true;
  try {
    return isObject(JSON.parse(line));
  } catch {
    return false;
  }
}

/** UTF-8 bytes that were generated for all choices. What is beside the deltas (logprobs, filters) only repeats them. */
function bytesIn(choices: readonly unknown[]): number | undefined {
  let bytes = 0;
  for (const choice of choices) {
    const inside = isObject(choice) ? generatedBytes(choice.delta) : 0;
    if (inside === undefined) return undefined;
    bytes += inside;
  }
  return bytes;
}

const failed = (failure: Failure): StreamStep[] => [{ kind: 'failure', failure }];
