import type { ProviderStream } from './provider-stream.ts';

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
