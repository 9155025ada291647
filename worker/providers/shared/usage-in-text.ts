import type { Usage } from '../../../protocol/chat.ts';
import { isObject } from '../../../protocol/json.ts';
import type { Reply } from '../adapter.ts';
import { readUsage, usageIn } from './usage.ts';
import { readAnthropicUsage } from './usage-of-anthropic.ts';

/** Adds the usage to a failed reply. An answer that cannot be used may still report what it is billed at, in either format. */
export function withReportedUsage(reply: Reply, text: string): Reply {
  if (reply.ok || reply.usage !== undefined) return reply;
  const usage = usageInText(text);
  return usage === undefined ? reply : { ...reply, usage };
}

function usageInText(text: string): Usage | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  // Gemini's compatible API wraps its errors in a list.
  const answer: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  if (!isObject(answer)) return undefined;
  const usage = usageIn(answer);
  const isAnthropic = isObject(usage) && usage.prompt_tokens === undefined && usage.input_tokens_details === undefined;
  return isAnthropic ? readAnthropicUsage(usage) : readUsage(usage);
}
