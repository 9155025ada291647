/**
 * Whether a provider may bill output that its stream does not show. Then the text that passed does not bound what was generated, and
 * an answer that breaks off without usage is booked by time (billed.ts). A name that is not known here, such as a deployment's own
 * name at Azure, counts as a model that shows everything, unless config says `hidesTokens`.
 *
 * Sources, November 2026: developers.openai.com (guides/reasoning), ai.google.dev (thinking, OpenAI compatibility), docs.x.ai and
 * Vertex (Grok reasoning), platform.claude.com (thinking), openrouter.ai (reasoning tokens), docs.perplexity.ai. Models that
 * are not named here show their reasoning: DeepSeek, Qwen, Kimi, GLM, MiniMax, Magistral, gpt-oss.
 */
import type { ChatRequest } from '../../../protocol/chat.ts';
import type { WireFormat } from '../config/wire-format.ts';
import { FORMATS } from '../formats/formats.ts';

/** Model families that reason unseen without being asked to. Names may have prefixes and suffixes. Dots are written as dashes. */
const REASONS_UNSEEN: readonly RegExp[] = [
  /(?:^|[/:]|openai-)o[1-9](?=[-:@]|$)/,
  // gpt-35 is what Azure calls 3.5. Later chat models do reason, now and then.
  /gpt-?(?:[5-9]|[12]\d)(?!\d)(?!-chat)/,
  /(?:^|\/)codex-/,
  // Gemini has been thinking since 2.5. A name without a version is the newest.
  /gemini-(?!1(?!\d)|2-0(?!.*thinking)|pro(?:-vision)?$|ultra)/,
  /grok-(?:3-mini|[4-9]|\d\d|code)(?!.*non-reasoning)/,
  /claude.*thinking/,
  /sonar-deep-research/,
  // Names of routers that choose the model.
  /(?:^|\/)auto$|model-router/,
];

/** Claude models that think only if asked. Newer ones think unasked, and show a summary or nothing. */
const CLAUDE_3 = /claude-(?:instant|v?2|3)(?=[-:@]|$)/;
const CLAUDE_4 =
  /claude-(?:opus-4-[78]|(?:opus|sonnet)-4-6|(?:opus|sonnet|haiku)-4-5|(?:opus|sonnet)-4(?:-[01])?)(?!\d|-\d{1,2}(?!\d))/;

/** If true, an answer that is cut without usage is booked by time, because its text bounds nothing. */
export function mayHideTokens(model: string, format: WireFormat, chat: ChatRequest): boolean {
  const asked = chat.reasoning_effort;
  if (asked !== undefined && asked !== 'none') return true;
  // These are fields that config may allow.
  for (const name in chat.rest) if (/think|reason/i.test(name)) return true;
  const name = model.toLowerCase().replaceAll('.', '-');
  if (REASONS_UNSEEN.some((family) => family.test(name))) return true;
  if (!name.includes('claude') || CLAUDE_3.test(name) || CLAUDE_4.test(name)) return false;
  return !(asked === 'none' && FORMATS[format].turnsThinkingOff(name));
}
