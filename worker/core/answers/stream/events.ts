/** The events of an answer: what a run gives, what is kept, and how each reader sees them. */
import { DONE, dataText, eventText } from '../../../../protocol/sse.ts';
import type { AnswerHead } from '../answer-head.ts';
import { type CarryonField, fieldFor, type MadeFor, withCarryon } from '../carryon-field.ts';
import { chunkIn, replyIn } from '../forms.ts';
import { pageChunk, pageCompletion } from '../page-body.ts';
import type { Wish } from './wish.ts';

/** One event of an answer. `openData`: for readers who may also learn who served and what it cost, where that differs. */
export interface RunEvent {
  /** `completion`: the whole answer as one JSON, which is the only event of a run that was not asked for as a stream. */
  kind: 'chunk' | 'usage' | 'completion';
  data: string;
  openData?: string;
}

/** An event with its place. Ids count from 1; the ending has the next one after the last event. */
export interface AnswerEvent extends RunEvent {
  id: number;
}

/** An error as it is sent: with its status before the first byte, afterwards only its body, inside the stream. */
export interface Refusal {
  status: number;
  head: AnswerHead;
  /** The error's own, such as `retry-after`. */
  headers: Record<string, string>;
  /** OpenAI's error body, as JSON. */
  body: string;
  /** In the words of the provider that failed, for those who may learn who served. A user's pages and servers read one answer. */
  open?: { status: number; body: string };
  /** How it came about, for them too. */
  carryon?: CarryonField;
}

/** An error as one reader sees it. Without `madeFor` it does not say how it came about. */
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
  /** `skippedEvents`: some of it may be missing, so it is given as the stream it was, never as a whole. */
  | { kind: 'complete'; skippedEvents?: number; carryon?: CarryonField }
  /**
   * After content had begun. `interrupted`: by the provider, or because nobody read it. `stopped`: by `DELETE`, even before
   * content. `died`: with the object.
   */
  | { kind: 'interrupted'; error: Refusal }
  | { kind: 'stopped'; error: Refusal }
  | { kind: 'died'; error: Refusal }
  /** Before any content: told to all who wait, and forgotten. */
  | { kind: 'failed'; error: Refusal };

/** It has ended, and is no whole answer: it broke off, was stopped, or lost events. */
export const isPartial = (ending: Ending | null): boolean =>
  ending !== null && (ending.kind !== 'complete' || ending.skippedEvents !== undefined);

/** The data of an event as one reader sees it. `alias`: told instead of the model to those who may not learn who served. */
export function dataFor(
  { kind, data, openData }: RunEvent,
  { seesProvider, form }: Pick<Wish, 'seesProvider' | 'form'>,
  alias: string,
): string {
  if (kind === 'completion') return replyIn(form, seesProvider ? (openData ?? data) : pageCompletion(data, alias));
  return chunkIn(form, seesProvider ? (openData ?? data) : pageChunk(data, alias));
}

/** A replay costs its reader nothing. A reader that resumes its own stream sees what it cost. */
export function eventFor(event: RunEvent, madeFor: MadeFor): RunEvent {
  if (event.kind !== 'usage' || event.openData === undefined || madeFor === 'own') return event;
  const said = JSON.parse(madeFor === 'again' ? event.openData : event.data) as { carryon?: Partial<CarryonField> };
  if (said.carryon?.costUsd !== undefined) said.carryon.costUsd = 0;
  return { ...event, openData: JSON.stringify({ ...said, carryon_cost_usd: 0 }) };
}

/** Only readers that asked for the usage chunk, or that resume, get it. */
export const isFor = ({ kind }: RunEvent, { usage, resume }: Wish): boolean => kind !== 'usage' || usage || resume;

/** The text of one event. Resumable readers get its id, which says how far they have come. */
export function sseText(id: number, data: string, { resume }: Pick<Wish, 'resume'>): string {
  return resume ? eventText({ id: String(id), data }) : dataText(data);
}

/**
 * How a stream ends for a reader who has seen everything up to `seenId`. `[DONE]` is sent once. An error is sent again to a
 * reader that asks again: if the run died, that reader may have seen more than was stored, and must be told of an end.
 */
export function endingText(
  ending: Ending,
  endId: number,
  seenId: number,
  wish: Wish,
  madeFor: MadeFor = 'own',
): string {
  if (ending.kind === 'complete') return seenId >= endId ? '' : sseText(endId, DONE, wish);
  const { body } = refusalFor(ending.error, wish.seesProvider, wish.usage || wish.resume ? madeFor : undefined);
  // A failure before any content has no place in the order of events, and the key may run again.
  if (ending.kind === 'failed') return dataText(body);
  return sseText(Math.max(endId, seenId + 1), body, wish);
}
