import { isObject, type Json } from '../../../protocol/json.ts';
import { mayHoldWrittenNumber, parseJson } from '../../../protocol/written-number.ts';
import { jsonText } from './json-text.ts';

/**
 * Some servers send a call's arguments as an object. OpenAI's format has them as JSON in a string, which clients join and parse. So
 * they are rewritten in place, with numbers as the model wrote them in `text`. Returns true if any were, and undefined if they are
 * nested too deeply.
 */
export function writeArguments(choices: readonly unknown[], text: string): boolean | undefined {
  const called = calledIn(choices);
  if (!called.some(hasValue)) return false;
  let written = called;
  try {
    if (mayHoldWrittenNumber(text)) written = calledIn((parseJson(text) as { choices: unknown[] }).choices);
  } catch {
    return undefined;
  }
  for (const [index, one] of called.entries()) {
    if (!hasValue(one)) continue;
    one.arguments = jsonText((written[index] ?? one).arguments);
    if (one.arguments === undefined) return undefined;
  }
  return true;
}

const hasValue = ({ arguments: value }: Json): boolean => typeof value !== 'string' && (value ?? null) !== null;

/** The functions that these choices call, in order. */
function calledIn(choices: readonly unknown[]): Json[] {
  const called: unknown[] = [];
  for (const choice of choices) {
    const message = isObject(choice) ? (choice.message ?? choice.delta) : undefined;
    if (!isObject(message)) continue;
    if (Array.isArray(message.tool_calls))
      for (const call of message.tool_calls) if (isObject(call)) called.push(call.function);
    called.push(message.function_call);
  }
  return called.filter(isObject);
}
