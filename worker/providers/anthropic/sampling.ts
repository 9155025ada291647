import type { ChatRequest } from '../../../protocol/chat.ts';
import type { FieldNames } from '../../../protocol/field-names.ts';
import { asksForDefault } from '../shared/default-fields.ts';
import type { ModelTraits } from './models.ts';

/** Sampling and stop sequences. OpenAI's temperature goes up to 2, Anthropic's to 1. A higher one is sent as 1, and named as dropped. */
export function sampling(chat: ChatRequest, traits: ModelTraits, thinks: boolean, dropped: FieldNames) {
  const body: Record<string, unknown> = {};
  // A model takes neither while it thinks. A model that takes only one of the two gets the temperature.
  const takes = thinks ? 'none' : traits.sampling;
  if (chat.temperature !== undefined) {
    if (takes !== 'none') body.temperature = Math.min(chat.temperature, 1);
    if (takes !== 'none' ? chat.temperature > 1 : !asksForDefault('temperature', chat.temperature))
      dropped.add('temperature');
  }
  if (chat.top_p !== undefined) {
    if (takes === 'both' || (takes === 'one' && chat.temperature === undefined)) body.top_p = chat.top_p;
    else if (!asksForDefault('top_p', chat.top_p)) dropped.add('top_p');
  }
  // Anthropic refuses a stop sequence that is only white space.
  const stops = chat.stop?.filter((stop) => stop.trim() !== '');
  if (stops && stops.length > 0) body.stop_sequences = stops;
  if (stops && stops.length < (chat.stop?.length ?? 0)) dropped.add('stop');
  nameUnknown(chat, dropped);
  return body;
}

const NO_WORD_FOR = [
  'n',
  'frequency_penalty',
  'presence_penalty',
  'logprobs',
  'top_logprobs',
  'seed',
  'logit_bias',
] as const;

/** Names the fields that the Messages API does not have. */
function nameUnknown(chat: ChatRequest, dropped: FieldNames): void {
  for (const name of NO_WORD_FOR) {
    if (chat[name] !== undefined && !asksForDefault(name, chat[name])) dropped.add(name);
  }
}
