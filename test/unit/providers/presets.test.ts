import { describe, expect, it } from 'vitest';
import { traitsOf } from '../../../worker/providers/anthropic/models.ts';
import { adapterFor } from '../../../worker/providers/formats.ts';
import { PRESETS } from '../../../worker/providers/presets.ts';

describe('presets', () => {
  it.each(['openai', 'anthropic', 'deepseek', 'holysheep'])('%s has an address and the name of its key', (name) => {
    const preset = PRESETS[name];
    expect(preset?.apiBase).toMatch(/^https:\/\/[^/]+(\/v1)?$/);
    expect(preset?.keyVariable).toBe(`${name.toUpperCase()}_API_KEY`);
    expect(preset && adapterFor(preset.format)).toBeDefined();
  });

  it.each(['openai-compatible', 'anthropic-compatible'])('%s leaves the address to config', (name) => {
    expect(PRESETS[name]?.apiBase).toBeUndefined();
  });
});

describe('models', () => {
  it.each([
    ['claude-3-5-sonnet-20241022', 'one', 'none', false],
    ['claude-3-7-sonnet-latest', 'one', 'budget', false],
    ['claude-sonnet-4-20250514', 'one', 'budget', false],
    ['claude-opus-4-1-20250805', 'one', 'budget', false],
    ['claude-haiku-4-5-20251001', 'one', 'budget', true],
    ['anthropic.claude-opus-4-6-v1', 'one', 'adaptive', true],
    ['claude-opus-4-8', 'none', 'adaptive', true],
    ['claude-opus-5', 'none', 'adaptive', true],
    ['claude-opus-5-20260724', 'none', 'adaptive', true],
    ['claude-fable-5-2', 'none', 'adaptive', true],
    ['claude-opus-7', 'none', 'adaptive', true],
    ['kimi-k3', 'both', 'budget', false],
  ])('%s: sampling %s, thinking %s, schemas %s', (model, sampling, thinking, schemas) => {
    expect(traitsOf(model)).toMatchObject({ sampling, thinking, schemas });
  });

  it.each([
    ['claude-opus-5', 'disabled', true],
    ['claude-opus-5-20260724', 'disabled', true],
    ['claude-haiku-5-5', 'disabled', true],
    ['claude-sonnet-5-5', 'between_tools', false],
    ['claude-opus-5-5', 'never', false],
    ['claude-mythos-5-1', 'never', false],
    ['claude-opus-4-7', 'omit', true],
  ])('%s: thinking goes off by %s, tools may be forced: %s', (model, off, forcedTools) => {
    expect(traitsOf(model)).toMatchObject({ off, forcedTools });
  });
});
