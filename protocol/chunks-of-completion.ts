/** A whole completion as the stream it could have been: for a cache that keeps answers in one form and gives them in either. */

import type { ChatCompletion } from './chat.ts';
import type { Json } from './json.ts';
import { DONE, dataText } from './sse.ts';

/** The data of one event. `openData` is the same for those who may also learn what it cost. */
export interface CompletionChunk {
  kind: 'chunk' | 'usage';
  data: string;
  openData?: string;
}

/** The stream's text, `[DONE]` included; its usage only where the client asked for it. */
export function streamOfCompletion(body: string, includeUsage: boolean): string {
  const chunks = chunksOfCompletion(body).filter(({ kind }) => kind !== 'usage' || includeUsage);
  return [...chunks.map(({ data }) => data), DONE].map(dataText).join('');
}

/**
 * What an OpenAI client puts together to the same completion: per choice its role, what it says, its end. Always the same
 * chunks for the same text: their ids are how far a reader has come.
 */
export function chunksOfCompletion(body: string): CompletionChunk[] {
  const { choices, usage, ...about } = JSON.parse(body) as ChatCompletion;
  const chunk = (more: Json): string => JSON.stringify({ ...about, object: 'chat.completion.chunk', ...more });
  const events: CompletionChunk[] = [];
  for (const [place, choice] of choices.entries()) {
    // Some providers leave the index out of a whole answer; in a stream no client can do without it.
    for (const step of choiceSteps({ ...choice, index: choice.index ?? place }))
      events.push({ kind: 'chunk', data: chunk({ choices: [step] }) });
  }
  if (usage) {
    const last = { choices: [], usage };
    events.push({ kind: 'usage', data: chunk(last), openData: chunk({ ...last, carryon_cost_usd: 0 }) });
  }
  return events;
}

/** What this router does not know of a message or a choice goes on as it is, once. */
function choiceSteps({ index, message, finish_reason, logprobs, ...ofChoice }: ChatCompletion['choices'][number]) {
  const { role, content, tool_calls: calls, ...ofMessage } = message;
  const step = (delta: Json, more: Json = { finish_reason: null }): Json => ({ index, delta, ...more });
  const steps = [step({ role, ...ofMessage })];
  if (typeof content === 'string') steps.push(step({ content }));
  for (const [at, call] of (calls ?? []).entries()) steps.push(step({ tool_calls: [{ index: at, ...call }] }));
  steps.push(step({}, { ...ofChoice, finish_reason, ...(logprobs !== undefined && { logprobs }) }));
  return steps;
}
