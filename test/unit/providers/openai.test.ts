import { openai } from '../../../worker/providers/openai/adapter.ts';
import { PRESETS } from '../../../worker/providers/presets.ts';
import { openaiWire } from './answers.ts';
import { describeAdapter } from './conformance.ts';

const quirksOf = (name: string) => PRESETS[name]?.quirks ?? {};

describeAdapter({
  name: 'openai',
  adapter: openai,
  targets: ['openai', 'deepseek', 'holysheep', 'openai-compatible'].map((name) => ({
    model: `${name}-model`,
    quirks: quirksOf(name),
  })),
  fixtures: ['openai', 'azure', 'deepseek', 'gemini', 'openrouter'],
  closedFields: (
    'model messages role content name tool_calls tool_call_id refusal reasoning_content id type function custom arguments input ' +
    'text image_url url detail max_tokens max_completion_tokens n temperature top_p frequency_penalty presence_penalty seed stop ' +
    'logprobs top_logprobs logit_bias reasoning_effort thinking tools description parameters strict format tool_choice ' +
    'allowed_tools mode parallel_tool_calls response_format json_schema schema verbosity prompt_cache_key store service_tier ' +
    'stream stream_options include_usage include_obfuscation'
  ).split(' '),
  freeForm: ['parameters', 'schema', 'format', 'logit_bias'],
  wire: openaiWire,
  summarizes: false,
});
