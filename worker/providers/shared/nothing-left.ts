import type { ContentPart } from '../../../protocol/chat.ts';
import type { Unsendable } from '../adapter.ts';

/** The problem of a message none of whose parts the provider takes. */
export function nothingLeft(index: number, content: string | ContentPart[] | null | undefined): Unsendable {
  const types = Array.isArray(content) ? [...new Set(content.map(({ type }) => type))].join(', ') : 'text';
  return {
    param: `messages[${index}].content`,
    message: `has nothing that the provider takes in this form (${types}): send its content as text`,
  };
}
