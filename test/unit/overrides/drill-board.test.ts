/** The state that requests under a fault have to themselves. */
import { describe, expect, it } from 'vitest';
import { NOTHING_LEARNT } from '../../../worker/core/pricing/learnt.ts';
import type { FailureKind } from '../../../worker/core/routing/failure.ts';
import { drillBoard } from '../../../worker/overrides/drill-board.ts';
import { deployment, TestRouter } from '../pipeline/support/router.ts';

const a = deployment('a', { maxParallel: 1 });
const nothing = () => {};

function boards() {
  const router = new TestRouter([a]);
  const drill = drillBoard(router.board);
  const fail = (result: FailureKind) => drill.observe(a, { startedAt: 0, result, user: 'acme/u' }, nothing);
  return { router, drill, fail };
}

describe('drillBoard', () => {
  it('has cooldowns of its own, tells HealthBoard under a name of its own, and asks for no operator', () => {
    const { router, drill, fail } = boards();
    fail('bad_key');
    expect(drill.candidates([a])[0]).toMatchObject({ id: 'a', state: 'cooling' });
    expect(router.board.candidates([a])[0]?.state).toBe('up');
    expect(router.reports.map((report) => report.deployment)).toEqual(['a~drill']);
    expect(router.events).toEqual([
      expect.objectContaining({ event: 'deployment_cooling', deployment: 'a', drill: true, needsOperator: false }),
    ]);
    expect(router.events[0]).not.toHaveProperty('advice');
  });

  it('knows nothing of others’ cooldowns', () => {
    const { router, drill } = boards();
    router.board.observe(a, { startedAt: 0, result: 'bad_key', user: null }, nothing);
    expect(drill.candidates([a])[0]?.state).toBe('up');
    expect(router.events[0]).not.toHaveProperty('drill');
    expect(router.events[0]).toMatchObject({ needsOperator: true });
  });

  it('comes back for itself', async () => {
    const { router, drill, fail } = boards();
    router.board.observe(a, { startedAt: 0, result: 'bad_key', user: null }, nothing);
    fail('bad_key');
    await router.clock.advance(3_600_000);
    expect(await drill.claimProbe(a, 1_000)).toBe(true);
    expect(await drill.claimProbe(a, 1_000)).toBe(false);
    expect(await router.board.claimProbe(a, 1_000)).toBe(true);
    drill.observe(a, { startedAt: router.clock.now(), result: 'success', user: null }, nothing);
    expect(drill.candidates([a])[0]?.state).toBe('up');
    expect(router.board.candidates([a])[0]?.state).toBe('half-open');
    expect(router.events.at(-1)).toMatchObject({ event: 'deployment_back', deployment: 'a', drill: true });
  });

  it('has places of its own', () => {
    const { router, drill } = boards();
    const request = {};
    expect([drill.enter(a, request), drill.enter(a, {})]).toEqual([true, false]);
    expect([router.board.enter(a, request), router.board.enter(a, {})]).toEqual([true, false]);
    drill.leave(a, request);
    expect([drill.enter(a, {}), router.board.enter(a, {})]).toEqual([true, false]);
  });

  it('what its bills teach holds for everybody', () => {
    const { router, drill } = boards();
    drill.learn(a, { lesson: { ...NOTHING_LEARNT, overheadTokens: 7 } }, nothing);
    expect(router.lessons.map((lesson) => lesson.deployment)).toEqual(['a']);
    expect([...router.board.learnt.keys()]).toEqual(['a']);
  });
});
