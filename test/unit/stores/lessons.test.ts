import { describe, expect, it } from 'vitest';
import { NOTHING_LEARNT } from '../../../worker/core/pricing/learnt.ts';
import { deployment, TestRouter } from '../pipeline/support/router.ts';

const a = deployment('a');

describe('what bills teach', () => {
  const lesson = { ...NOTHING_LEARNT, overheadTokens: 512 };

  it('holds here at once, is told to all, and to an operator', () => {
    const iso = new TestRouter();
    iso.board.learn(a, { lesson }, () => {});
    expect(iso.board.learnt.get('a')).toEqual(lesson);
    expect(iso.lessons).toEqual([{ deployment: 'a', lesson }]);
    expect(iso.events).toMatchObject([{ event: 'usage_above_hold', deployment: 'a', needsOperator: true, ...lesson }]);
    // Nothing new.
    iso.board.learn(a, { lesson: { ...lesson, overheadTokens: 256 } }, () => {});
    expect(iso.lessons).toHaveLength(1);
  });

  it('joins what other isolates learnt, however much of it a writer knows', async () => {
    const iso = new TestRouter();
    iso.board.learn(a, { lesson }, () => {});
    iso.published = { schema: 1, cooldowns: {}, learnt: { a: { overheadTokens: 256, thinkingBeyondCap: 64 }, b: {} } };
    await iso.board.ready(() => {});
    expect(iso.board.learnt.get('a')).toEqual({ ...lesson, thinkingBeyondCap: 64 });
    expect(iso.board.learnt.get('b')).toEqual(NOTHING_LEARNT);
  });

  it('reads a board that knows of no lessons', async () => {
    const iso = new TestRouter();
    iso.published = { schema: 1, cooldowns: {} };
    await iso.board.ready(() => {});
    expect(iso.board.learnt.size).toBe(0);
  });

  it('is forgotten where an operator clears the deployment', () => {
    const iso = new TestRouter();
    iso.board.learn(a, { lesson }, () => {});
    iso.board.clear(a, 1);
    expect(iso.board.learnt.size).toBe(0);
  });

  it('says that a usage is odd, but not with each answer', async () => {
    const iso = new TestRouter();
    const odd = () => iso.board.learn(a, { oddity: 'too_little_output' }, () => {});
    odd();
    odd();
    expect(iso.events).toMatchObject([{ event: 'usage_odd', deployment: 'a', needsOperator: true }]);
    await iso.clock.advance(601_000);
    odd();
    expect(iso.events).toHaveLength(2);
  });
});
