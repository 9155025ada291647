/** The events of an answer: what a run produces, what is kept, and what each reader sees of it. */
import { DONE, dataText, eventText } from '../../../../protocol/sse.ts';
import type { AnswerHead } from '../answer-head.ts';
import { type CarryonField, fieldFor, type MadeFor, withCarryon } from '../carryon-field.ts';
import { chunkInForm, replyInForm } from '../forms.ts';
import { pageChunk, pageCompletion } from '../page-body.ts';
import type { ReaderOptions } from './reader-options.ts';

/** One event of an answer. `openData` is for readers that may see the provider and the cost. It is left out if it equals `data`. */
export interface RunEvent {
  /** `completion` is the whole answer as one JSON text. It is the only event of a run whose request did not ask for a stream. */
  kind: 'chunk' | 'usage' | 'completion';
  data: string;
  openData?: string;
}

/** An event with its id. Ids count from 1. The ending has the next id after the last event. */
export interface AnswerEvent extends RunEvent {
  id: number;
}

/** An error as it is sent. Before the first byte it has a status. Afterwards only its body is sent, inside the stream. */
export interface Refusal {
  status: number;
  head: AnswerHead;
  /** The error's own headers, such as `retry-after`. */
  headers: Record<string, string>;
  /** OpenAI's error body, as JSON. */
  body: string;
  /**
   * The error in the words of the provider that failed, for readers that may see the provider. A user's pages and servers read one
   * answer, so both versions are kept.
   */
  open?: { status: number; body: string };
  /** How the error came about, for the same readers. */
  carryon?: CarryonField;
}

/** An error as one reader sees it. Without `madeFor`, it does not say how it came about. */
export function refusalFor(
  refusal: Refusal,
  seesProvider: boolean,
  madeFor?: MadeFor,
): { status: number; body: string } {
  if (!seesProvider) return refusal;
  const { status, body } = refusal.open ?? refusal;
  const carryon = madeFor && fieldFor(refusal.carryon, madeFor);
  return { status, body: carryon === undefined ? body : withCarryon(body, carryon) };
}

/** How an answer ended. */
export type Ending =
  /** With `skippedEvents`, some of the answer may be missing, so it is given only as the stream it was, never as a whole. */
  | { kind: 'complete'; skippedEvents?: number; carryon?: CarryonField }
  /**
   * The answer ended after its content had begun. `interrupted`: the provider broke off, or no reader was left. `stopped`: the client
   * sent `DELETE`, perhaps before any content. `died`: the object died.
   */
  | { kind: 'interrupted'; error: Refusal }
  | { kind: 'stopped'; error: Refusal }
  | { kind: 'died'; error: Refusal }
  /** The answer failed before any content. All waiting readers get the error, and then it is forgotten. */
  | { kind: 'failed'; error: Refusal };

/** True if the answer has ended but is not whole: it broke off, was stopped, or lost events. */
export const isPartial = (ending: Ending | null): boolean =>
  ending !== null && (ending.kind !== 'complete' || ending.skippedEvents !== undefined);

/** The data of an event as one reader sees it. Readers that may not see the provider get `alias` as the model's name. */
export function dataFor(
  { kind, data, openData }: RunEvent,
  { seesProvider, form }: Pick<ReaderOptions, 'seesProvider' | 'form'>,
  alias: string,
): string {
  if (kind === 'completion') return replyInForm(form, seesProvider ? (openData ?? data) : pageCompletion(data, alias));
  return chunkInForm(form, seesProvider ? (openData ?? data) : pageChunk(data, alias));
}

/** The event with a cost of 0 for a reader that pays nothing, as in a replay. A reader that resumes its own stream sees the real cost. */
export function eventFor(event: RunEvent, madeFor: MadeFor): RunEvent {
  if (event.kind !== 'usage' || event.openData === undefined || madeFor === 'own') return event;
  const usage = JSON.parse(madeFor === 'again' ? event.openData : event.data) as { carryon?: Partial<CarryonField> };
  if (usage.carryon?.costUsd !== undefined) usage.carryon.costUsd = 0;
  return { ...event, openData: JSON.stringify({ ...usage, carryon_cost_usd: 0 }) };
}

/** True if the reader gets the event. Only readers that asked for the usage chunk, or that resume, get that chunk. */
export const isSentTo = ({ kind }: RunEvent, { usage, resume }: ReaderOptions): boolean =>
  kind !== 'usage' || usage || resume;

/** The text of one event. Readers of a resumable stream get its id, which says how far they have come. */
export function sseText(id: number, data: string, { resume }: Pick<ReaderOptions, 'resume'>): string {
  return resume ? eventText({ id: String(id), data }) : dataText(data);
}

/**
 * How a stream ends for a reader that has seen everything up to `seenId`. `[DONE]` is sent once. An error is sent again to a reader
 * that asks again. If the run died, that reader may have seen more than was stored, and still has to learn that the answer ended.
 */
export function endingText(
  ending: Ending,
  endId: number,
  seenId: number,
  wish: ReaderOptions,
  madeFor: MadeFor = 'own',
): string {
  if (ending.kind === 'complete') return seenId >= endId ? '' : sseText(endId, DONE, wish);
  const { body } = refusalFor(ending.error, wish.seesProvider, wish.usage || wish.resume ? madeFor : undefined);
  // A failure before any content has no id in the order of events, and the key may run again.
  if (ending.kind === 'failed') return dataText(body);
  return sseText(Math.max(endId, seenId + 1), body, wish);
}
