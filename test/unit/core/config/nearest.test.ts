import { expect, test } from 'vitest';
import { nearestOf } from '../../../../worker/core/config/nearest.ts';

test.for([
  ['chat-sucess', ['chat-success', 'chat-ttft'], 'did you mean "chat-success"? Write one of chat-success, chat-ttft'],
  ['ab', ['a', 'b'], 'write one of a, b'],
  ['c', ['a', 'b'], 'write one of a, b'],
  ['x', [], 'there are none'],
  [undefined, ['a'], 'write a'],
] as const)('%o of %o', ([written, names, said]) => {
  expect(nearestOf(written, names)).toBe(said);
});
