/** Vercel's AI SDK through its OpenAI-compatible provider, whichever wire format the provider behind it speaks. */
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, generateText, Output, stepCountIs, streamText, tool } from 'ai';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { LOCAL_CLIENT_KEY } from '../../worker/core/identity/identity.ts';
import { startBench } from '../support/bench.ts';
import { until } from '../support/until.ts';

const openaiFirst = await startBench({ config: 'steady' });
const anthropicFirst = await startBench({ config: 'steady', swapped: true });
afterAll(() => Promise.all([openaiFirst.stop(), anthropicFirst.stop()]));

const asked: string[] = [];
const getWeather = tool({
  description: 'The weather in a city',
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => {
    asked.push(city);
    return `${city}: 19 degrees`;
  },
});

describe.each([
  { provider: 'an OpenAI-compatible provider', bench: openaiFirst },
  { provider: 'Anthropic', bench: anthropicFirst },
])('over $provider', ({ bench }) => {
  const carryon = createOpenAICompatible({
    name: 'carryon',
    baseURL: `${bench.url}/v1`,
    apiKey: LOCAL_CLIENT_KEY,
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
  let model = carryon('');
  beforeEach(async () => {
    await bench.sandbox.reset();
    model = carryon(bench.lane('calm').alias);
    asked.length = 0;
  });

  test('generateText', async () => {
    const { text, finishReason, usage } = await generateText({ model, prompt: 'What is a failover?' });
    expect(text).toContain('failover');
    expect(finishReason).toBe('stop');
    const { inputTokens, outputTokens } = bench.sandbox.counts()[bench.a];
    expect(usage).toMatchObject({ inputTokens, outputTokens });
  });

  test('streamText', async () => {
    const result = streamText({ model, prompt: 'What is a failover?' });
    const pieces: string[] = [];
    for await (const piece of result.textStream) pieces.push(piece);
    expect(pieces.length).toBeGreaterThan(10);
    expect(await result.finishReason).toBe('stop');
    const { inputTokens, outputTokens } = bench.sandbox.counts()[bench.a];
    expect(await result.usage).toMatchObject({ inputTokens, outputTokens });
    expect(pieces.join('')).toBe((await generateText({ model, prompt: 'What is a failover?' })).text);
  });

  test('tools: called, run, answered in a second step', async () => {
    const { steps, text } = await generateText({
      model,
      prompt: 'What is the weather in Lisbon and in Porto?',
      tools: { get_weather: getWeather },
      stopWhen: stepCountIs(3),
    });
    expect(steps.map(({ finishReason }) => finishReason)).toEqual(['tool-calls', 'stop']);
    expect(asked).toEqual(['Lisbon', 'Porto']);
    expect(text).toContain('19 degrees');
  });

  test('streamed tools', async () => {
    const result = streamText({
      model,
      prompt: 'What is the weather in Lisbon?',
      tools: { get_weather: getWeather },
      stopWhen: stepCountIs(3),
    });
    await result.consumeStream();
    expect(asked).toEqual(['Lisbon']);
    expect(await result.steps).toHaveLength(2);
    expect(await result.text).toContain('Lisbon: 19 degrees');
  });

  test('structured output', async () => {
    const schema = z.object({ city: z.string(), degrees: z.number(), sunny: z.boolean() });
    const prompt = 'Make up the weather of Lisbon as JSON.';
    const { output } = await generateText({ model, prompt, output: Output.object({ schema }) });
    expect(schema.parse(output)).toEqual(output);
    const streamed = streamText({ model, prompt, output: Output.object({ schema }) });
    await streamed.consumeStream();
    expect(await streamed.output).toEqual(output);
  });

  test('a stream that breaks is an error, never a finish', async () => {
    bench.sandbox.setPace({ ttftMs: 0, tokenMs: 30 });
    await bench.sandbox.setFault(bench.a, 'cut-mid-stream', { afterTokens: 6 });
    // If the machine stalled, first content and cut came together, and another provider answered unseen.
    const parts = await until('it breaks', async () => {
      const result = streamText({
        model: carryon(bench.lane('calm').alias),
        prompt: 'In 12 words: what is a failover?',
        onError: () => {},
      });
      const seen: { type: string; error?: unknown; finishReason?: string }[] = [];
      for await (const part of result.stream) seen.push(part);
      return seen.some(({ type }) => type === 'error') && seen;
    });
    expect(parts).toContainEqual(expect.objectContaining({ type: 'text-delta' }));
    const raised = parts.find(({ type }) => type === 'error')?.error;
    expect(raised).toMatchObject({ type: 'server_error', code: 'stream_interrupted' });
    expect(parts.find(({ type }) => type === 'finish')?.finishReason).toBe('error');
  });

  test('a refusal is an APICallError with our words', async () => {
    const nobody = generateText({ model: carryon('nobody'), prompt: 'Hello', maxRetries: 0 });
    const error = await nobody.catch((error: unknown) => error);
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ statusCode: 404, isRetryable: false, message: expect.stringContaining('"nobody"') });
  });
});
