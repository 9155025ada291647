/** What a bill above its hold teaches, and about which part. */
import { describe, expect, it } from 'vitest';
import type { ContentPart } from '../../../../protocol/chat.ts';
import { NOTHING_LEARNT } from '../../../../worker/core/pricing/learnt.ts';
import { lessonOf } from '../../../../worker/core/pricing/lesson.ts';
import { worstCase } from '../../../../worker/core/pricing/worst-case.ts';
import { deployment, PRICING } from '../../pipeline/support/router.ts';
import { chat } from '../../providers/chats.ts';

const a = deployment('a', { format: 'anthropic' });
const text: ContentPart = { type: 'text', text: 'What is this?' };
const picture: ContentPart = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } };
const pdf: ContentPart = {
  type: 'file',
  file: { file_data: 'data:application/pdf;base64,JVBERi0=', filename: 'a.pdf' },
};

/** Billed this many input tokens above what was held. */
function lesson(content: ContentPart[], excess: number) {
  const asked = chat({ messages: [{ role: 'user', content }], max_tokens: 10 });
  const worst = worstCase(asked, [a], PRICING);
  const usage = { ...NO_USAGE, inputTokens: worst.inputTokens + excess, outputTokens: 1 };
  return lessonOf(usage, { chat: asked, deployment: a, pricing: PRICING, worst, forMs: 100 });
}
const NO_USAGE = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 };

describe('a bill above its hold', () => {
  it('of a text teaches the overhead', () => {
    expect(lesson([text], 500)).toEqual({ ...NOTHING_LEARNT, overheadTokens: 512 });
    expect(lesson([text], 0)).toBeUndefined();
  });

  it('of a picture teaches what a picture costs', () => {
    expect(lesson([text, picture, picture], 2_000)).toEqual({ ...NOTHING_LEARNT, tokensPerImage: 1_024 });
  });

  it('of a long document teaches what a document costs: pictures and texts are held as before', () => {
    const learnt = lesson([text, pdf, picture], 120_000);
    expect(learnt).toEqual({ ...NOTHING_LEARNT, tokensPerFile: 131_072 });
    const pricing = { ...PRICING, learnt: new Map([['a', learnt ?? NOTHING_LEARNT]]) };
    const held = (content: ContentPart[], by = pricing) =>
      worstCase(chat({ messages: [{ role: 'user', content }], max_tokens: 10 }), [a], by).inputTokens;
    expect(held([text, picture])).toBe(held([text, picture], { ...PRICING, learnt: new Map() }));
    expect(held([text, pdf])).toBe(held([text, pdf], { ...PRICING, learnt: new Map() }) + 131_072);
  });
});
