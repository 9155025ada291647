import type { ChatRequest } from '../../../protocol/chat.ts';
import { FieldNames } from '../../../protocol/field-names.ts';
import type { Outgoing, Target } from '../adapter.ts';
import { asksForDefault } from '../shared/default-fields.ts';
import { markPromptCache } from './cache.ts';
import { anthropicMessages } from './messages.ts';
import { traitsOf } from './models.ts';
import { outputOptions } from './output.ts';
import { sampling } from './sampling.ts';
import { anthropicTools } from './tools.ts';

/** The request to the Messages API. It has fewer parameters than OpenAI's API, and those it does not have are named in `dropped`. */
export function anthropicRequest(chat: ChatRequest, target: Target, promptCache = false): Outgoing {
  const dropped = new FieldNames(chat.strippedFields);
  const traits = traitsOf(target.model);
  const maxTokens = chat.maxOutputTokens ?? target.defaultMaxOutputTokens;
  const body: Record<string, unknown> = {};
  for (const name in chat.rest) {
    if (target.allowParams.includes(name)) body[name] = chat.rest[name];
    else if (!asksForDefault(name, chat.rest[name])) dropped.add(name);
  }
  const output = outputOptions(chat, traits, maxTokens, dropped);
  const { system, messages, unsendable } = anthropicMessages(
    chat.messages,
    output.instruction,
    traits.prefill,
    dropped,
  );
  body.model = target.model;
  body.max_tokens = maxTokens;
  if (system.length > 0) body.system = system;
  body.messages = messages;
  Object.assign(body, anthropicTools(chat, messages, traits, dropped), sampling(chat, traits, output.thinks, dropped));
  if (output.thinking && body.thinking === undefined) body.thinking = output.thinking;
  if (output.config && body.output_config === undefined) body.output_config = output.config;
  if (chat.stream) body.stream = true;
  for (const name of target.quirks.unsupported ?? []) {
    if (body[name] === undefined) continue;
    delete body[name];
    dropped.add(name);
  }
  if (promptCache) markPromptCache(body);
  return {
    url: `${target.apiBase}/messages`,
    headers: { 'content-type': 'application/json', 'x-api-key': target.apiKey, ...target.quirks.headers },
    body: JSON.stringify(body),
    dropped: dropped.toList(),
    unsendable,
  };
}
