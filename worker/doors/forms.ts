import type { ChatRequest } from '../../protocol/chat.ts';
import type { AnswerForm } from '../core/answers/answer-form.ts';
import { functionsWriter } from './functions.ts';

/** Writes answers in a client's form. What comes in is JSON text of a chat completion, or of one chunk of its stream. */
export interface AnswerWriter {
  reply(completion: string): string;
  chunk(chunk: string): string;
}

/** Each form's writer; undefined where the answer goes out as it is. */
const WRITERS: Readonly<Record<AnswerForm, AnswerWriter | undefined>> = {
  chat: undefined,
  functions: functionsWriter,
};

/** The writer for a form. `form` undefined: an answer that an earlier build kept, which is in its client's form already. */
export const writerFor = (form: AnswerForm | undefined): AnswerWriter | undefined =>
  form === undefined ? undefined : WRITERS[form];

/** The form for clients that send a chat completion's body. */
export const chatForm = ({ legacyFunctions }: ChatRequest): AnswerForm => (legacyFunctions ? 'functions' : 'chat');
