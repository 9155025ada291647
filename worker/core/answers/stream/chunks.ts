/** A whole completion as the chunks of a stream: for whoever asks for a stream of what was answered in one piece. */
import type { RunEvent } from './events.ts';

type Json = Record<string, unknown>;

/** Always the same chunks for the same text: their ids are how far a reader has come. */
export function chunksOfCompletion(text: string): RunEvent[] {
  const { choices, usage, object: _, ...rest } = JSON.parse(text) as Json;
  const base = { ...rest, object: 'chat.completion.chunk' };
  const events: RunEvent[] = [];
  const add = (choice: Json) => events.push({ kind: 'chunk', data: JSON.stringify({ ...base, choices: [choice] }) });
  for (const choice of Array.isArray(choices) ? (choices as Json[]) : []) {
    const { message, finish_reason, ...others } = choice;
    const { tool_calls, ...delta } = message as Json;
    const calls = Array.isArray(tool_calls)
      ? { tool_calls: (tool_calls as Json[]).map((call, index) => ({ index, ...call })) }
      : {};
    add({ ...others, delta: { ...delta, ...calls }, finish_reason: null });
    add({ index: others.index, delta: {}, finish_reason });
  }
  if (usage) events.push({ kind: 'usage', data: JSON.stringify({ ...base, choices: [], usage }) });
  return events;
}
