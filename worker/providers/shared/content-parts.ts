import { isObject } from '../../../protocol/json.ts';
import { mayHoldText } from './heartbeat.ts';

/** The content of a list of parts. `isLost` is true if a part of an unknown kind may hold text. */
export interface JoinedParts {
  content: string;
  reasoning: string;
  refusal: string;
  isLost: boolean;
}

/** Reads `content` that is a list of typed parts, as Mistral's reasoning models and gateways in front of other formats send it. */
export function readParts(parts: readonly unknown[]): JoinedParts {
  const joined: JoinedParts = { content: '', reasoning: '', refusal: '', isLost: false };
  for (const part of parts) {
    const text = typeof part === 'string' ? part : undefined;
    if (text !== undefined) joined.content += text;
    else if (!isObject(part) || !readPart(part, joined)) joined.isLost ||= mayHoldText(part);
  }
  return joined;
}

function readPart(part: Record<string, unknown>, joined: JoinedParts): boolean {
  switch (part.type) {
    case undefined:
    case 'text':
    case 'output_text': {
      const text = textOf(part.text);
      joined.content += text ?? '';
      return text !== undefined;
    }
    case 'thinking':
    case 'reasoning': {
      const text = textOf(part.thinking ?? part.reasoning ?? part.summary ?? part.text ?? part.content);
      joined.reasoning += text ?? '';
      return text !== undefined;
    }
    case 'refusal': {
      const text = textOf(part.refusal);
      joined.refusal += text ?? '';
      return text !== undefined;
    }
    // Anthropic's and Mistral's references to sources are numbers and names, not part of the answer.
    case 'reference':
      return true;
    default:
      return false;
  }
}

/** A string, or a list of strings and text parts, as one string. Undefined for anything else. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (isObject(value) && typeof value.value === 'string') return value.value;
  if (!Array.isArray(value)) return undefined;
  let text = '';
  for (const part of value) {
    const piece = typeof part === 'string' ? part : isObject(part) ? part.text : undefined;
    if (typeof piece !== 'string') return undefined;
    text += piece;
  }
  return text;
}
