import { describe, expect, it } from 'vitest';
import type { Usage } from '../../../../protocol/chat.ts';
import { MOST_BELIEVED_TOKENS, usageProblem } from '../../../../worker/core/pricing/plausible.ts';
import { chat } from '../../providers/chats.ts';

const usage = (inputTokens: number, outputTokens: number, more: Partial<Usage> = {}): Usage => ({
  inputTokens,
  outputTokens,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  ...more,
});
const long = 'word '.repeat(2_000);
const asking = (content: unknown, more = {}) => chat({ messages: [{ role: 'user', content }], ...more });

describe('a usage beside what was sent and seen', () => {
  it.each([
    ['is plain', usage(10, 5), asking('hello'), 20, undefined],
    [
      'is above the output cap, whatever that is: the client set it',
      usage(20, 20_010),
      asking('x', { max_tokens: 1 }),
      20,
      undefined,
    ],
    ['is of an empty answer', usage(10, 0), asking('hello'), 0, undefined],
    ['is of a text without any output', usage(10, 0), asking('hello'), 1, 'too_little_output'],
    ['has too little output for its text', usage(10, 62), asking('hello'), 4_000, 'too_little_output'],
    ['has just enough output', usage(10, 63), asking('hello'), 4_000, undefined],
    ['has no input', usage(0, 5), asking('hello'), 20, 'too_little_input'],
    [
      'has no input for a picture',
      usage(0, 5),
      asking([{ type: 'image_url', image_url: { url: 'https://x.example/1' } }]),
      20,
      'too_little_input',
    ],
    ['has too little input for what was sent', usage(100, 5), asking(long), 20, 'too_little_input'],
    [
      'has too little input for parts that were sent',
      usage(100, 5),
      asking([{ type: 'text', text: long }]),
      20,
      'too_little_input',
    ],
    ['has input enough', usage(157, 5), asking(long), 20, undefined],
    [
      'has more cached than input',
      usage(10, 5, { cachedInputTokens: 8, cacheWriteTokens: 3 }),
      asking('hello'),
      20,
      'parts_exceed_whole',
    ],
    ['has more reasoning than output', usage(10, 5, { reasoningTokens: 6 }), asking('hello'), 20, 'parts_exceed_whole'],
    ['is as large as any window', usage(MOST_BELIEVED_TOKENS, 5), asking('hello'), 20, undefined],
    ['is larger than any window', usage(10, MOST_BELIEVED_TOKENS + 1), asking('hello'), 20, 'absurd'],
  ])('%s', (_, told, sent, textBytes, oddity) => {
    expect(usageProblem(told, sent, textBytes)).toBe(oddity);
  });
});
