/** Turns a whole completion into a stream, because answers are kept in one form and can be read in both. */

import type { ChatCompletion } from './chat.ts';
import type { Json } from './json.ts';
import { DONE, dataText } from './sse.ts';

/** The data of one event. `openData` is the data for callers that may see the cost. */
export interface CompletionChunk {
  kind: 'chunk' | 'usage';
  data: string;
  openData?: string;
}

/** The text of the stream, including `[DONE]`. `includeUsage` is true if the client asked for the usage chunk. */
export function streamOfCompletion(body: string, includeUsage: boolean): string {
  const chunks = chunksOfCompletion(body).filter(({ kind }) => kind !== 'usage' || includeUsage);
  return [...chunks.map(({ data }) => data), DONE].map(dataText).join('');
}

/**
 * The chunks that an OpenAI client puts together into the same completion: for each choice its role, its content and its end. The same
 * text always gives the same chunks, because a reader resumes by their ids. `costUsd` is the charge to the request that gets the answer.
 */
export function chunksOfCompletion(body: string, costUsd = 0): CompletionChunk[] {
  const { choices, usage, ...about } = JSON.parse(body) as ChatCompletion;
  const chunk = (more: Json): string => JSON.stringify({ ...about, object: 'chat.completion.chunk', ...more });
  const events: CompletionChunk[] = [];
  for (const [place, choice] of choices.entries()) {
    // Some providers omit the index in a whole answer, but clients need it in a stream.
    for (const step of choiceSteps({ ...choice, index: choice.index ?? place }))
      events.push({ kind: 'chunk', data: chunk({ choices: [step] }) });
  }
  if (usage) {
    const last = { choices: [], usage };
    events.push({ kind: 'usage', data: chunk(last), openData: chunk({ ...last, carryon_cost_usd: costUsd }) });
  }
  return events;
}

/** Fields that this router does not know are passed on unchanged, once. */
function choiceSteps({ index, message, finish_reason, logprobs, ...ofChoice }: ChatCompletion['choices'][number]) {
  const { role, content, tool_calls: calls, ...ofMessage } = message;
  const step = (delta: Json, more: Json = { finish_reason: null }): Json => ({ index, delta, ...more });
  const steps = [step({ role, ...ofMessage })];
  if (typeof content === 'string') steps.push(step({ content }));
  // Whole calls may have an index too, but it is not reliable: some providers give all of them the same one.
  for (const [at, call] of (calls ?? []).entries()) steps.push(step({ tool_calls: [{ ...call, index: at }] }));
  steps.push(step({}, { ...ofChoice, finish_reason, ...(logprobs !== undefined && { logprobs }) }));
  return steps;
}
