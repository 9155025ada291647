/** An answer once more, in whichever form is asked for now. */
import type { ChatCompletion } from '../../../protocol/chat.ts';
import { completionOf, type StoredAnswer } from './stored-answer.ts';
import { dataFor, type RunEvent } from './stream/events.ts';

type Json = Record<string, unknown>;

export interface ReplayOptions {
  includeUsage: boolean;
  /** For callers who may see costs: beside the usage, as `carryon_cost_usd`, which of a replay is 0. */
  open: boolean;
  /** The model's name for everybody else. */
  alias: string;
}

/** The provider's own text, for those who may learn who served. */
export const replayAsJson = (
  { body }: Pick<StoredAnswer, 'body'>,
  options: Omit<ReplayOptions, 'includeUsage'>,
): string => dataFor({ kind: 'completion', data: body }, options, options.alias);

export function replayAsStream({ body }: Pick<StoredAnswer, 'body'>, options: ReplayOptions): string[] {
  const events = chunksOfCompletion(body).filter(({ kind }) => kind !== 'usage' || options.includeUsage);
  return [...events.map((event) => dataFor(event, options, options.alias)), '[DONE]'].map(
    (data) => `data: ${data}\n\n`,
  );
}

/**
 * What an OpenAI client puts together to the same completion: per choice its role, what it says, its end. Always the same
 * chunks for the same text: their ids are how far a reader has come.
 */
export function chunksOfCompletion(body: string): RunEvent[] {
  const { choices, usage, ...about } = completionOf({ body });
  const chunk = (more: Json): string => JSON.stringify({ ...about, object: 'chat.completion.chunk', ...more });
  const events: RunEvent[] = [];
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
