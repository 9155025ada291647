/**
 * The forms in which clients read answers. Inside the router, in the cache and in kept answers, every answer is a chat completion. It
 * is converted to its client's form on the way out, wherever it came from.
 */
import { functionsWriter } from './functions-body.ts';

/** `chat`: a plain chat completion. `functions`: OpenAI's form of 2023, from before tools. The door decides (worker/doors/). */
export type AnswerForm = 'chat' | 'functions';

/** Converts an answer to a form. The input is the JSON text of a chat completion, or of one chunk of its stream. */
export interface AnswerWriter {
  reply(completion: string): string;
  chunk(chunk: string): string;
}

/** Each form's writer. Undefined if the answer goes out unchanged. */
const WRITERS: Readonly<Record<AnswerForm, AnswerWriter | undefined>> = {
  chat: undefined,
  functions: functionsWriter,
};

/** A whole answer in the client's form. If `form` is undefined, the answer has it already, because an earlier build kept it so. */
export const replyInForm = (form: AnswerForm | undefined, completion: string): string =>
  (form === undefined ? undefined : WRITERS[form])?.reply(completion) ?? completion;

/** True if chunks go out unchanged. */
export const passesChunksUnchanged = (form: AnswerForm | undefined): boolean =>
  form === undefined || WRITERS[form] === undefined;

/** One chunk of a stream in the client's form. */
export const chunkInForm = (form: AnswerForm | undefined, chunk: string): string =>
  (form === undefined ? undefined : WRITERS[form])?.chunk(chunk) ?? chunk;
