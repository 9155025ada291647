import type { WireFormat } from '../config/wire-format.ts';
import { ANTHROPIC_FACTS } from './anthropic.ts';
import type { FormatFacts } from './facts.ts';
import { OPENAI_FACTS } from './openai.ts';

/** What pricing, bounds and config need to know about each wire format. The adapters are in providers/formats.ts. */
export const FORMATS: Readonly<Record<WireFormat, FormatFacts>> = {
  openai: OPENAI_FACTS,
  anthropic: ANTHROPIC_FACTS,
};
