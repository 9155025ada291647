/** What the worker replies to a message of a page. */
import type { TravelReplies, TravelReply } from '../protocol/travel-messages.ts';

export type Reply = TravelReply<keyof TravelReplies>;

/** Runs work after the reply and keeps the worker alive for it. */
export type Later = (work: Promise<unknown>) => void;

export const DONE: Reply = { ok: true };
export const NOT_FOUND: Reply = { ok: false, code: 'not_found' };
export const NO_PERSON: Reply = { ok: false, code: 'no_person' };
