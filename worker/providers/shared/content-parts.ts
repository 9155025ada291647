import { isObject } from '../../../protocol/json.ts';
import { mayHoldText } from './heartbeat.ts';

/** What a list of content parts says. `isLost`: part of it may hold text and has a shape nobody knows. */
export interface SaidInParts {
  content: string;
  reasoning: string;
  refusal: string;
  isLost: boolean;
}

/** Mistral's reasoning models, and gateways in front of other formats, send `content` as a list of typed parts. */
export function readParts(parts: readonly unknown[]): SaidInParts {
  const said: SaidInParts = { content: '', reasoning: '', refusal: '', isLost: false };
  for (const part of parts) {
    const text = typeof part === 'string' ? part : undefined;
    if (text !== undefined) said.content += text;
    else if (!isObject(part) || !readPart(part, said)) said.isLost ||= mayHoldText(part);
  }
  return said;
}

function readPart(part: Record<string, unknown>, said: SaidInParts): boolean {
  switch (part.type) {
    case undefined:
    case 'text':
    case 'output_text': {
      const text = textOf(part.text);
      said.content += text ?? '';
      return text !== undefined;
    }
    case 'thinking':
    case 'reasoning': {
      const text = textOf(part.thinking ?? part.reasoning ?? part.summary ?? part.text ?? part.content);
      said.reasoning += text ?? '';
      return text !== undefined;
    }
    case 'refusal': {
      const text = textOf(part.refusal);
      said.refusal += text ?? '';
      return text !== undefined;
    }
    // Anthropic's and Mistral's marks of where a text comes from: numbers and names, none of it the answer's.
    case 'reference':
      return true;
    default:
      return false;
  }
}

/** A string, or a list of strings and text parts; undefined for anything else. */
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
