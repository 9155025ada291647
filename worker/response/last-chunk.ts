/** Makes the chunk that follows the provider's own: its usage, the mark for lost events, and how the answer was made. */
import type { CarryonField } from '../core/answers/carryon-field.ts';
import type { ProviderStream } from '../upstream/provider-stream.ts';

type Json = Record<string, unknown>;

/** Marks the last chunk if events could not be read, or makes a chunk for the mark. Returns `chunk` unchanged if all were read. */
export function withSkippedEvents(
  chunk: Json | undefined,
  { skippedEvents, translator }: ProviderStream,
): Json | undefined {
  if (skippedEvents === 0) return chunk;
  // The chunk has a choice, because clients that asked for no usage expect one in every chunk.
  const empty = { ...translator.envelope(), choices: [{ index: 0, delta: {}, finish_reason: null }] };
  return { ...(chunk ?? empty), carryon: { skippedEvents } };
}

/** OpenAI's closing chunk, even if the provider reported no usage. */
export const usageChunk = ({ translator }: ProviderStream): Json =>
  translator.usageChunk() ?? { ...translator.envelope(), choices: [] };

/** The closing chunk for callers that asked for the usage and may learn which provider answered. */
export function openLastChunk(stream: ProviderStream, field: CarryonField): Json {
  const { skippedEvents } = stream;
  return {
    ...usageChunk(stream),
    carryon_cost_usd: field.costUsd,
    carryon: { ...field, ...(skippedEvents > 0 && { skippedEvents }) },
  };
}
