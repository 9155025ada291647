import type { Usage } from '../../../protocol/chat.ts';
import { isObject } from '../../../protocol/json.ts';
import type { Reply } from '../adapter.ts';
import { readUsage, usageIn } from './usage.ts';
import { readAnthropicUsage } from './usage-of-anthropic.ts';

/** Adds the usage to a failed reply: an answer that cannot be used may still report what it is billed at, in either format. */
export function withToldUsage(reply: Reply, text: string): Reply {
  if (reply.ok || reply.usage !== undefined) return reply;
  const usage = usageInText(text);
  return usage === undefined ? reply : { ...reply, usage };
}

function usageInText(text: string): Usage | undefined {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return undefined;
  }
  // Gemini's compatible API wraps its errors in a list.
  const answer: unknown = Array.isArray(said) ? said[0] : said;
  if (!isObject(answer)) return undefined;
  const told = usageIn(answer);
  const isAnthropic = isObject(told) && told.prompt_tokens === undefined && told.input_tokens_details === undefined;
  return isAnthropic ? readAnthropicUsage(told) : readUsage(told);
}
