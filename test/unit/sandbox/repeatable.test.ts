import { expect, it } from 'vitest';
import { asArray, asObject } from '../../../sandbox/json.ts';
import { startSandbox } from '../../../sandbox/start.ts';
import { bodyFor, postJson } from './support.ts';

const PROVIDERS = ['openai', 'anthropic'] as const;

/** Everything but the clock. */
async function answers(seed: string, prompt: string): Promise<unknown[]> {
  const sandbox = await startSandbox({ pace: 'fast', seed });
  const all = await Promise.all(
    PROVIDERS.map((provider) => postJson(sandbox, provider, bodyFor(provider, {}, prompt))),
  );
  await sandbox.close();
  return all.map(({ created: _, ...answer }) => answer);
}

it('says the same for the same seed and prompt, ids included, and something else for others', async () => {
  const first = await answers('one', 'How do I pack?');
  expect(await answers('one', 'How do I pack?')).toEqual(first);
  expect(await answers('two', 'How do I pack?')).not.toEqual(first);
  const other = asObject((await answers('one', 'How do I unpack?'))[0]);
  expect(other.id).not.toBe(asObject(first[0]).id);
});

it('says about as much as it is asked for', async () => {
  const sandbox = await startSandbox({ pace: 'fast' });
  const answer = await postJson(sandbox, 'openai', bodyFor('openai', {}, 'Tell me a story in 500 words'));
  await sandbox.close();
  const text = String(asObject(asObject(asArray(answer.choices)[0]).message).content);
  expect(Math.abs(text.split(' ').length - 500)).toBeLessThan(60);
});

it('starts after a while and goes on unevenly at the human pace', async () => {
  const sandbox = await startSandbox({ pace: 'human' });
  const before = performance.now();
  const answer = await postJson(sandbox, 'openai', bodyFor('openai', { max_tokens: 4 }));
  const took = performance.now() - before;
  await sandbox.close();
  expect(answer.object).toBe('chat.completion');
  expect(took).toBeGreaterThan(250 + 3 * 6 - 5);
});
