import type { Preset, WireFormat } from '../core/config/config.ts';
import type { Adapter } from './adapter.ts';
import { anthropic } from './anthropic/adapter.ts';
import { openai } from './openai/adapter.ts';
import { withLegacyFunctions } from './shared/legacy-functions.ts';
import { withToolNames } from './shared/tool-names.ts';

const ANTHROPIC_VERSION = { 'anthropic-version': '2023-06-01' };

/** Fields of OpenAI's own API that APIs compatible with it seldom know and some refuse. */
const ONLY_OPENAI = ['store', 'verbosity', 'prompt_cache_key', 'service_tier', 'modalities'];

/**
 * Providers as data: a further one is a few lines here (docs/providers.md). The two without an `apiBase` stand for any API
 * that speaks the format; they assume least.
 */
export const PRESETS: Readonly<Record<string, Preset>> = {
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
    // It resells, at prices of its own that no list has.
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

const ADAPTERS: Readonly<Record<WireFormat, Adapter>> = {
  openai: withLegacyFunctions(withToolNames(openai)),
  anthropic: withLegacyFunctions(withToolNames(anthropic)),
};

export const adapterFor = (format: WireFormat): Adapter => ADAPTERS[format];
