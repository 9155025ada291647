import { anthropic } from '../../../worker/providers/anthropic/adapter.ts';
import { PRESETS } from '../../../worker/providers/presets.ts';
import { anthropicWire } from './answers.ts';
import { describeAdapter } from './conformance.ts';

const quirks = PRESETS.anthropic?.quirks ?? {};

describeAdapter({
  name: 'anthropic',
  adapter: anthropic,
  targets: [
    'claude-3-5-haiku-latest',
    'claude-sonnet-4-20250514',
    'claude-opus-4-5',
    'claude-haiku-4-5-20251001',
    'claude-sonnet-4-6',
    'claude-opus-4-8',
    'claude-sonnet-5',
    'claude-sonnet-5-5',
    'claude-opus-5-5',
    'claude-next-9',
    'MiniMax-M3',
  ].map((model) => ({ model, quirks })),
  fixtures: ['anthropic'],
  closedFields: (
    'model max_tokens system messages role content type text source media_type data url id name input tool_use_id tools ' +
    'description input_schema tool_choice disable_parallel_tool_use temperature top_p stop_sequences thinking budget_tokens ' +
    'display output_config effort format schema stream'
  ).split(' '),
  freeForm: ['input', 'input_schema', 'schema'],
  wire: anthropicWire,
  summarizes: true,
});
