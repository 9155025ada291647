import type { ContentPart } from '../../../protocol/chat.ts';
import type { Unsendable } from '../adapter.ts';

/** The problem with a message if the provider takes none of its parts. */
export function emptyMessageProblem(index: number, content: string | ContentPart[] | null | undefined): Unsendable {
  const types = Array.isArray(content) ? [...new Set(content.map(({ type }) => type))].join(', ') : 'text';
  return {
    param: `messages[${index}].content`,
    message: `has nothing that the provider accepts in this form (${types}): send its content as text`,
  };
}
