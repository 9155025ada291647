import type { ContentPart } from '../../../protocol/chat.ts';
import type { Unsendable } from '../adapter.ts';

/** Why a message cannot go to a provider: it has no place for any of its parts. */
export function nothingLeft(index: number, content: string | ContentPart[] | null | undefined): Unsendable {
  const types = Array.isArray(content) ? [...new Set(content.map(({ type }) => type))].join(', ') : 'text';
  return {
    param: `messages[${index}].content`,
    message: `has nothing that the provider takes in this form (${types}): send its content as text`,
  };
}
