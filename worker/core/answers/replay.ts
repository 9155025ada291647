/** A stored answer once more, in whichever form is asked for now. */
import type { ChatCompletion } from '../../../protocol/chat.ts';
import { completionOf, type StoredAnswer } from './stored-answer.ts';

type Json = Record<string, unknown>;

export interface ReplayOptions {
  includeUsage: boolean;
  /** For callers who may see costs: as `carryon_cost_usd` beside the usage, which a replay has at 0. */
  costUsd?: number | undefined;
}

const DONE = 'data: [DONE]\n\n';

/** The provider's own text. */
export const replayAsJson = ({ body }: Pick<StoredAnswer, 'body'>): string => body;

/** Events that an OpenAI client puts together to the same completion: per choice its role, what it says, its end. */
export function replayAsStream(stored: Pick<StoredAnswer, 'body'>, { includeUsage, costUsd }: ReplayOptions): string[] {
  const { choices, usage, ...about } = completionOf(stored);
  const event = (more: Json): string => {
    const chunk = { ...about, object: 'chat.completion.chunk', ...more };
    return `data: ${JSON.stringify(chunk)}\n\n`;
  };
  const events = choices.flatMap((choice) => choiceSteps(choice).map((step) => event({ choices: [step] })));
  if (includeUsage && usage) {
    events.push(event({ choices: [], usage, carryon_cost_usd: costUsd }));
  }
  return [...events, DONE];
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
