/** Reads an answer in another form than was requested: events instead of one JSON document, or one JSON document instead of events. */
import type { ChatChunk, FinishReason, Usage } from '../../protocol/chat.ts';
import { type CompletionChunk, chunksOfCompletion } from '../../protocol/chunks-of-completion.ts';
import { StreamedCompletion } from '../../protocol/completion-of-stream.ts';
import { SseParser } from '../../protocol/sse.ts';
import { completionOf } from '../core/answers/stored-answer.ts';
import { type Failure, malformedFailure } from '../core/routing/failure.ts';
import type { Reply, StreamStep, StreamTranslator } from '../providers/adapter.ts';
import { stepBytes } from './tally.ts';

/** True if a whole body is events: after comments it begins with a field of an event. JSON begins with a brace, an HTML page with a tag. */
export const isEventText = (text: string): boolean => /^\s*(?:data|event|id|retry):/.test(withoutComments(text));

/** Removes leading white space and complete comments. Some providers send `: processing` before an answer of either form. */
export const withoutComments = (text: string): string => text.replace(/^\s*(?::[^\r\n]*[\r\n]\s*)*/, '');

/** Recognizes from its beginning whether a body is events or one document (JSON or an HTML page). Undefined while that is unclear. */
export function bodyFormOf(text: string): 'events' | { json: string } | undefined {
  const first = /\S/.exec(text)?.[0];
  if (first === undefined || first === ':') return undefined;
  return first === '{' || first === '[' || first === '<' ? { json: '' } : 'events';
}

/** True if a line of an event begins in the last `newLength` characters. JSON has no such line, because its strings hold no line breaks. */
export const hasEventLine = (text: string, newLength: number): boolean =>
  /[\r\n](?:data|event):/.test(text.slice(-newLength - '\nevent'.length));

/** True if a line is not a field at all, so it may hold text of the answer. Unknown fields are ignored, as the standard requires. */
export const isUnreadable = (field: string): boolean => !/^[\w-]{1,32}$/.test(field);

/** Puts the events together into one answer. If an event is lost, or the end is missing, the attempt has failed. */
export function replyOfEvents(text: string, translator: StreamTranslator): Reply {
  const completion = new StreamedCompletion();
  let failure: Failure | undefined;
  let saidDone = false;
  let textBytes = 0;
  const onEvent = (name: string | undefined, data: string): void => {
    if (saidDone) return;
    // Events after a failure are read too, because its usage may still arrive.
    for (const step of translator.event(name, data)) {
      textBytes += stepBytes(step);
      if (step.kind === 'failure') failure ??= step.failure;
      else if (step.kind === 'lost') failure ??= malformedFailure('An event of the answer cannot be read.');
      else if (step.kind === 'chunk' && failure === undefined) completion.add(JSON.parse(step.data) as ChatChunk);
      else if (step.kind === 'done') saidDone = true;
    }
  };
  const onOtherLine = (field: string): void => {
    if (isUnreadable(field)) failure ??= malformedFailure('A line of the answer is not an event.');
  };
  new SseParser({ onEvent: ({ event, data }) => onEvent(event, data), onOtherLine }).feed(`${text}\n\n`);
  const { usage, model, finishReason } = translator;
  const isFinished = saidDone ? translator.complete : translator.finishedAll;
  if (failure !== undefined || !isFinished) {
    return { ok: false, failure: failure ?? malformedFailure('The events of the answer have no end.'), usage };
  }
  const usageChunk = translator.usageChunk();
  if (usageChunk !== undefined) completion.add({ ...usageChunk, choices: [] } as unknown as ChatChunk);
  const whole = completion.whole();
  if (whole === undefined)
    return { ok: false, failure: malformedFailure('The events of the answer have no end.'), usage };
  return { ok: true, body: JSON.stringify(whole), model, usage, textBytes, finishReason };
}

/** A whole answer as a stream. Its first event gives all of it. */
export class WholeAsStream implements StreamTranslator {
  readonly complete = true;
  readonly finishedAll = true;
  readonly surelyFinished = true;
  readonly usage: Usage | undefined;
  readonly model: string | undefined;
  readonly finishReason: FinishReason | undefined;
  readonly #body: string;
  readonly #textBytes: number;

  constructor({ body, usage, model, textBytes, finishReason }: Extract<Reply, { ok: true }>) {
    this.#body = body;
    this.#textBytes = textBytes;
    this.usage = usage;
    this.model = model;
    this.finishReason = finishReason;
  }

  event(): StreamStep[] {
    const chunks = this.#events('chunk');
    const steps = chunks.map((data, index): StreamStep => {
      const textBytes = index === 0 ? this.#textBytes : 0;
      return { kind: 'chunk', data, content: true, finished: index === chunks.length - 1, textBytes };
    });
    return [...steps, { kind: 'done' }];
  }

  envelope(): object {
    const { choices, usage, ...about } = completionOf({ body: this.#body });
    return { ...about, object: 'chat.completion.chunk' };
  }

  usageChunk(): Record<string, unknown> | undefined {
    const [data] = this.#events('usage');
    return data === undefined ? undefined : JSON.parse(data);
  }

  #events(kind: CompletionChunk['kind']): string[] {
    return chunksOfCompletion(this.#body)
      .filter((event) => event.kind === kind)
      .map(({ data }) => data);
  }
}
