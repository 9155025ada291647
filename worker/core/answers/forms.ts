/**
 * The forms in which clients read answers. Inside the router, in the cache, and in kept answers every answer is a chat completion;
 * it is written in its client's form on the way out, whichever way it came.
 */
import { functionsWriter } from './functions-body.ts';

/** `chat`: a chat completion as it is. `functions`: one in the words of 2023, before tools. A door says which (worker/doors/). */
export type AnswerForm = 'chat' | 'functions';

/** Writes an answer in a form. What comes in is JSON text of a chat completion, or of one chunk of its stream. */
export interface AnswerWriter {
  reply(completion: string): string;
  chunk(chunk: string): string;
}

/** Each form's writer; undefined where the answer goes out as it is. */
const WRITERS: Readonly<Record<AnswerForm, AnswerWriter | undefined>> = {
  chat: undefined,
  functions: functionsWriter,
};

/** A whole answer in the client's form. `form` undefined: it is in that form already, as an earlier build kept it. */
export const replyIn = (form: AnswerForm | undefined, completion: string): string =>
  (form === undefined ? undefined : WRITERS[form])?.reply(completion) ?? completion;

/** Whether chunks go out as they are. */
export const keepsChunks = (form: AnswerForm | undefined): boolean => form === undefined || WRITERS[form] === undefined;

/** One chunk of a stream in the client's form. */
export const chunkIn = (form: AnswerForm | undefined, chunk: string): string =>
  (form === undefined ? undefined : WRITERS[form])?.chunk(chunk) ?? chunk;
