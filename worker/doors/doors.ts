import type { DoorName } from '../../protocol/question.ts';
import { ai } from './ai.ts';
import { chatCompletions } from './chat-completions.ts';
import type { Door } from './door.ts';

/** Every inbound format. A further one gets its name in protocol/question.ts, and then does not compile without its entry here. */
export const DOORS: Readonly<Record<DoorName, Door>> = {
  'chat-completions': chatCompletions,
  ai,
};
