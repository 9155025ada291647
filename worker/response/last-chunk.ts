/** What follows a provider's own chunks: the usage, the mark of lost events, and how the answer was made. */
import type { CarryonField } from '../core/answers/carryon-field.ts';
import type { ProviderStream } from '../upstream/provider-stream.ts';

type Json = Record<string, unknown>;

/** The last chunk of an answer with the mark that some of its events could not be read; `chunk`, where there is none to mark. */
export function withSkippedEvents(
  chunk: Json | undefined,
  { skippedEvents, translator }: ProviderStream,
): Json | undefined {
  if (skippedEvents === 0) return chunk;
  // With a choice in it: clients that asked for no usage expect one in every chunk.
  const empty = { ...translator.envelope(), choices: [{ index: 0, delta: {}, finish_reason: null }] };
  return { ...(chunk ?? empty), carryon: { skippedEvents } };
}

/** OpenAI's closing chunk, even where the provider told no usage. */
export const usageChunk = ({ translator }: ProviderStream): Json =>
  translator.usageChunk() ?? { ...translator.envelope(), choices: [] };

/** The same for those who asked for it and may learn who served. */
export function openLastChunk(stream: ProviderStream, field: CarryonField): Json {
  const { skippedEvents } = stream;
  return {
    ...usageChunk(stream),
    carryon_cost_usd: field.costUsd,
    carryon: { ...field, ...(skippedEvents > 0 && { skippedEvents }) },
  };
}
