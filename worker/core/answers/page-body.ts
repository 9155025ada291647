/**
 * Rewrites answers for callers that may not see the provider. Only OpenAI's fields on a closed list are kept, and `model` is the
 * alias. Stored copies keep the provider's text, because answers are rewritten only on the way out.
 */
import { fingerprint } from '../config/fingerprint.ts';

type Json = Record<string, unknown>;

/** A whole answer for pages. */
export const pageCompletion = (text: string, alias: string): string => {
  const { id, created, choices, usage, carryon } = JSON.parse(text) as Json;
  return JSON.stringify({
    ...{ id: answerId(id), object: 'chat.completion', created: plain(created), model: alias },
    choices: list(choices, ({ index, message, finish_reason: reason, logprobs }) => ({
      ...{
        index: plain(index),
        message: pageMessage(message),
        finish_reason: plain(reason),
        logprobs: pageLogprobs(logprobs),
      },
    })),
    ...{ usage: pageUsage(usage), carryon: pageCarryon(carryon) },
  });
};

/** One chunk for pages. */
export const pageChunk = (text: string, alias: string): string => {
  const { id, created, choices, usage, carryon } = JSON.parse(text) as Json;
  return JSON.stringify({
    ...{ id: answerId(id), object: 'chat.completion.chunk', created: plain(created), model: alias },
    choices: list(choices, ({ index, delta, finish_reason: reason, logprobs }) => ({
      ...{
        index: plain(index),
        delta: pageMessage(delta),
        finish_reason: plain(reason),
        logprobs: pageLogprobs(logprobs),
      },
    })),
    ...{ usage: pageUsage(usage), carryon: pageCarryon(carryon) },
  });
};

/** A message or a delta. JSON.stringify drops undefined fields, so nothing is added that was not there. */
function pageMessage(value: unknown): Json {
  const { role, content, refusal, reasoning_content, reasoning, tool_calls, function_call, annotations, audio } =
    object(value) ?? {};
  return {
    ...{ role: plain(role), content: plain(content), refusal: plain(refusal) },
    // Some providers have their own name for visible reasoning.
    reasoning_content: plain(reasoning_content) ?? (typeof reasoning === 'string' ? reasoning : undefined),
    tool_calls: Array.isArray(tool_calls) ? list(tool_calls, pageCall) : undefined,
    function_call: pick(function_call, ['name', 'arguments']),
    annotations: Array.isArray(annotations)
      ? list(annotations, ({ type, url_citation: cited }) => ({
          type: plain(type),
          url_citation: pick(cited, ['start_index', 'end_index', 'title', 'url']),
        }))
      : undefined,
    audio: pick(audio, ['id', 'data', 'expires_at', 'transcript']),
  };
}

const pageCall = ({ index, id, type, function: called, custom }: Json): Json => ({
  ...{ index: plain(index), id: typeof id === 'string' && id !== '' ? callId(id) : plain(id), type: plain(type) },
  ...{ function: pick(called, ['name', 'arguments']), custom: pick(custom, ['name', 'input']) },
});

/** The usage without details of the input. How much of the input was cached reveals whether someone else has sent the same beginning. */
function pageUsage(value: unknown): Json | null | undefined {
  const usage = object(value);
  if (usage === undefined) return value === null ? null : undefined;
  return {
    ...counts(usage, ['prompt_tokens', 'completion_tokens', 'total_tokens']),
    completion_tokens_details: counts(usage.completion_tokens_details, [
      ...['reasoning_tokens', 'audio_tokens', 'accepted_prediction_tokens', 'rejected_prediction_tokens'],
    ]),
  };
}

function pageLogprobs(value: unknown): unknown {
  const logprobs = object(value);
  if (logprobs === undefined) return value === null ? null : undefined;
  const tokens = (entries: unknown) =>
    Array.isArray(entries)
      ? list(entries, (entry) => ({
          ...pick(entry, ['token', 'logprob', 'bytes']),
          top_logprobs: Array.isArray(entry.top_logprobs)
            ? list(entry.top_logprobs, (top) => pick(top, ['token', 'logprob', 'bytes']) ?? {})
            : undefined,
        }))
      : entries === null
        ? null
        : undefined;
  return { content: tokens(logprobs.content), refusal: tokens(logprobs.refusal) };
}

/** The router's own fields that a page may see. */
function pageCarryon(value: unknown): Json | undefined {
  const { skippedEvents } = object(value) ?? {};
  return typeof skippedEvents === 'number' ? { skippedEvents } : undefined;
}

/** An id's form reveals its provider. The same id always becomes the same new id, so all chunks of a stream still have one. */
const answerId = (id: unknown): string => {
  const text = typeof id === 'string' ? id : '';
  return `chatcmpl-${fingerprint(`1${text}`)}${fingerprint(`2${text}`)}${fingerprint(`3${text}`)}`;
};

/** Nine letters and digits: the only form that every provider accepts in the next turn (Mistral accepts no other). */
const callId = (id: string): string =>
  BigInt(`0x${fingerprint(`1${id}`)}${fingerprint(`2${id}`)}`)
    .toString(36)
    .padStart(9, '0')
    .slice(-9);

const object = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;

const list = (values: unknown, write: (value: Json) => Json): Json[] =>
  Array.isArray(values) ? values.map((value) => write(object(value) ?? {})) : [];

/** Drops nested values, because none is on the list. */
const plain = (value: unknown): unknown => (value !== null && typeof value === 'object' ? undefined : value);

/** The named fields that have plain values. A token's `bytes` may be a list. */
function pick(value: unknown, names: readonly string[]): Json | undefined {
  const from = object(value);
  if (from === undefined) return undefined;
  const picked: Json = {};
  for (const name of names) {
    const one = from[name];
    if (one === null || typeof one !== 'object' || (name === 'bytes' && Array.isArray(one))) picked[name] = one;
  }
  return picked;
}

function counts(value: unknown, names: readonly string[]): Json | undefined {
  const from = object(value);
  if (from === undefined) return undefined;
  return Object.fromEntries(names.flatMap((name) => (typeof from[name] === 'number' ? [[name, from[name]]] : [])));
}
