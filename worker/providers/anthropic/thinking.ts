import type { ChatRequest } from '../../../protocol/chat.ts';
import type { ModelTraits } from './models.ts';

/** How much the model is asked to think. */
export interface ThinkingOptions {
  thinking?: Record<string, unknown>;
  effort?: string;
}

/** Anthropic's levels of effort, which OpenAI's words map to, lowest first. */
const SCALE = ['low', 'medium', 'high', 'xhigh', 'max'];

/** Shares of the output cap, for models that take thinking as a number of tokens. */
const BUDGET_SHARES: ReadonlyMap<string, number> = new Map([
  ['low', 0.2],
  ['medium', 0.4],
  ['high', 0.6],
  ['xhigh', 0.7],
  ['max', 0.8],
]);
const LEAST_BUDGET_TOKENS = 1024;

/** `reasoning_effort` as this model takes it, or `dropped`. Thinking counts towards `max_tokens`, so the output cap holds. */
export function thinkingOptions(
  chat: ChatRequest,
  traits: ModelTraits,
  maxTokens: number,
): ThinkingOptions | 'dropped' {
  const asked = chat.reasoning_effort;
  if (asked === undefined) return {};
  if (asked === 'none') return turnedOff(traits);
  const level = asked === 'minimal' ? 'low' : asked;
  if (!SCALE.includes(level)) return 'dropped';
  const effort = nearest(level, traits.efforts);
  const options: ThinkingOptions = effort === undefined ? {} : { effort };
  const thinking = mayThink(chat, traits) ? thinkingFor(level, traits, maxTokens) : undefined;
  if (thinking) options.thinking = thinking;
  return effort === undefined && thinking === undefined ? 'dropped' : options;
}

/** If nothing turns thinking off, the lowest effort comes nearest. */
function turnedOff({ off, efforts }: ModelTraits): ThinkingOptions {
  if (off === 'omit') return {};
  return off === 'never' ? { effort: efforts[0] ?? 'low' } : { thinking: { type: off } };
}

/** The highest level that the model knows and that is not above the requested one. */
function nearest(level: string, efforts: readonly string[]): string | undefined {
  const known = SCALE.slice(0, SCALE.indexOf(level) + 1).filter((candidate) => efforts.includes(candidate));
  return known.at(-1);
}

/**
 * Thinking and a forced tool exclude each other. A turn with a thinking budget must begin with its own thinking, which clients cannot
 * send back in the middle of a tool loop.
 */
function mayThink({ tool_choice: choice, messages }: ChatRequest, { thinking }: ModelTraits): boolean {
  if (choice === 'required' || (typeof choice === 'object' && choice.type !== 'allowed_tools')) return false;
  if (typeof choice === 'object' && choice.type === 'allowed_tools' && choice.allowed_tools.mode === 'required')
    return false;
  const last = messages.at(-1)?.role;
  return thinking !== 'budget' || (last !== 'tool' && last !== 'assistant');
}

function thinkingFor(level: string, { thinking }: ModelTraits, maxTokens: number): Record<string, unknown> | undefined {
  // Summaries are requested, because a stream that thinks silently looks like one that hangs.
  if (thinking === 'adaptive') return { type: 'adaptive', display: 'summarized' };
  const budget = Math.floor(maxTokens * (BUDGET_SHARES.get(level) ?? 0));
  return thinking === 'none' || budget < LEAST_BUDGET_TOKENS ? undefined : { type: 'enabled', budget_tokens: budget };
}
