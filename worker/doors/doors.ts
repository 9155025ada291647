import type { ChatRequest } from '../../protocol/chat.ts';
import type { DoorName } from '../../protocol/question.ts';
import type { AnswerForm } from '../core/answers/forms.ts';
import { ai } from './ai.ts';
import { chatCompletions } from './chat-completions.ts';
import type { Door } from './door.ts';

/** Every inbound format. A further one gets its name in protocol/question.ts, and then does not compile without its entry here. */
export const DOORS: Readonly<Record<DoorName, Door>> = {
  'chat-completions': chatCompletions,
  ai,
};

/** The form in which the client of a request reads its answer. */
export const formOf = ({ door, chat }: { door: DoorName; chat: ChatRequest }): AnswerForm => DOORS[door].formOf(chat);
