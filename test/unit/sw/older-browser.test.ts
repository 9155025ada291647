import { afterEach, expect, it } from 'vitest';
import { readQuestion } from '../../../sw/core/question.ts';

const { isRawJSON, rawJSON } = JSON as unknown as Record<string, unknown>;
afterEach(() => void Object.assign(JSON, { isRawJSON, rawJSON }));

const read = (bodyText: string) => readQuestion({ door: 'ai', header: () => null, bodyText }, undefined);
const withNumber = (seed: string) =>
  `{"prompt":"Why?","tools":[{"type":"function","function":{"name":"f","parameters":{"x":${seed}}}}]}`;

it('a browser that cannot tell how a number was written has the same keys, and leaves alone what it cannot read', () => {
  const bodies = ['{"prompt":"Why?"}', withNumber('1.5')];
  const keys = bodies.map((body) => read(body)?.text);
  expect(read(withNumber('12345678901234567890'))?.text).toContain('12345678901234567890');
  Object.assign(JSON, { isRawJSON: undefined, rawJSON: undefined });
  expect(bodies.map((body) => read(body)?.text)).toEqual(keys);
  expect(read(withNumber('12345678901234567890'))).toBeUndefined();
});
