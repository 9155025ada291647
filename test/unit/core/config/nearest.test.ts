import { expect, test } from 'vitest';
import { nearestOf } from '../../../../worker/core/config/nearest.ts';

test.for([
  ['chat-sucess', ['chat-success', 'chat-ttft'], 'did you mean "chat-success"? There are chat-success, chat-ttft'],
  ['ab', ['a', 'b'], 'there are a, b'],
  ['c', ['a', 'b'], 'there are a, b'],
  ['x', [], 'there are none'],
  [undefined, ['a'], 'there are a'],
] as const)('%o of %o', ([written, names, said]) => {
  expect(nearestOf(written, names)).toBe(said);
});
