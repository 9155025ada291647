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
    expect(iso.events).toMatchObject([
      { event: 'usage_above_hold', deployment: 'a', needsOperator: true, overheadTokens: 512 },
    ]);
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
    iso.board.clear(a, { version: 1, clearings: 1 });
    expect(iso.board.learnt.get('a')).toEqual({ ...NOTHING_LEARNT, clearings: 1 });
  });

  it('is forgotten in other isolates too, and what was learnt before the clearing does not come back', async () => {
    const iso = new TestRouter();
    iso.board.learn(a, { lesson }, () => {});
    iso.published = { schema: 1, cooldowns: {}, learnt: { a: { clearings: 1, thinkingBeyondCap: 64 } } };
    await iso.board.ready(() => {});
    const known = { ...NOTHING_LEARNT, thinkingBeyondCap: 64, clearings: 1 };
    expect(iso.board.learnt.get('a')).toEqual(known);
    // An older copy of the board, and a bill counted before it was read.
    iso.published = { schema: 1, cooldowns: {}, learnt: { a: lesson } };
    await iso.clock.advance(6_000);
    await iso.board.ready(() => {});
    iso.board.learn(a, { lesson }, () => {});
    expect(iso.board.learnt.get('a')).toEqual(known);
    expect(iso.lessons).toHaveLength(1);
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
