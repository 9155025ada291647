import type { Preset } from '../core/config/config.ts';
import type { WireFormat } from '../core/config/wire-format.ts';

const ANTHROPIC_VERSION = { 'anthropic-version': '2023-06-01' };

/** Fields of OpenAI's own API that compatible APIs seldom know, and some refuse. */
const ONLY_OPENAI = ['store', 'verbosity', 'prompt_cache_key', 'service_tier', 'modalities'];

/** Every wire format has a preset `NAME-compatible` for any API that speaks it, which assumes the least. */
type Presets = Readonly<Record<string, Preset> & Record<`${WireFormat}-compatible`, Preset>>;

/** Providers as data. A new one takes a few lines here (docs/providers.md). */
export const PRESETS: Presets = {
  openai: {
    format: 'openai',
    apiBase: 'https://api.openai.com/v1',
    keyVariable: 'OPENAI_API_KEY',
    pricesFrom: 'openai',
    quirks: {
      maxTokensField: 'max_completion_tokens',
      developerRole: true,
      customTools: true,
      shortCallIds: true,
      obfuscation: true,
    },
  },
  anthropic: {
    format: 'anthropic',
    apiBase: 'https://api.anthropic.com/v1',
    keyVariable: 'ANTHROPIC_API_KEY',
    pricesFrom: 'anthropic',
    quirks: { headers: ANTHROPIC_VERSION },
  },
  deepseek: {
    format: 'openai',
    apiBase: 'https://api.deepseek.com',
    keyVariable: 'DEEPSEEK_API_KEY',
    pricesFrom: 'deepseek',
    quirks: {
      maxTokensField: 'max_tokens',
      jsonSchema: false,
      reasoningContent: true,
      thinkingToggle: true,
      unsupported: [...ONLY_OPENAI, 'n', 'seed', 'logit_bias', 'parallel_tool_calls'],
    },
  },
  holysheep: {
    format: 'openai',
    apiBase: 'https://api.holysheep.ai/v1',
    keyVariable: 'HOLYSHEEP_API_KEY',
    // A reseller, with prices that are in no list.
    quirks: { maxTokensField: 'max_tokens', unsupported: ONLY_OPENAI },
  },
  'openai-compatible': {
    format: 'openai',
    quirks: { maxTokensField: 'max_tokens', unsupported: ONLY_OPENAI },
  },
  'anthropic-compatible': {
    format: 'anthropic',
    quirks: { headers: ANTHROPIC_VERSION },
  },
};
