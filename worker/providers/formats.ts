import type { WireFormat } from '../core/config/wire-format.ts';
import type { Adapter } from './adapter.ts';
import { anthropic } from './anthropic/adapter.ts';
import { openai } from './openai/adapter.ts';
import { withToolNames } from './shared/tool-names.ts';

/** Each wire format's translator. The facts about a format that prices and bounds need are in core/formats/formats.ts. */
const ADAPTERS: Readonly<Record<WireFormat, Adapter>> = {
  openai: withToolNames(openai),
  anthropic: withToolNames(anthropic),
};

/** The translator of a deployment's wire format. */
export const adapterFor = (format: WireFormat): Adapter => ADAPTERS[format];
