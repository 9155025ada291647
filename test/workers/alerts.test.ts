import { beforeEach, describe, expect, it } from 'vitest';
import { AlertsStage, crossing, hook } from './alerts-harness.ts';

let stage: AlertsStage;
beforeEach(() => {
  stage = new AlertsStage();
});

const percents = (bodies: readonly string[]): number[] => bodies.map((body) => JSON.parse(body).data.thresholdPercent);

describe('Alerts', () => {
  it('tells each webhook, in order, once', async () => {
    stage.world.hooks = [hook('OPS'), hook('CHAT', 'slack')];
    await stage.take(crossing(60), crossing(85));
    await stage.take(crossing(60), crossing(85), crossing(95));
    await stage.pass(1_000);
    expect(percents(stage.world.taken('OPS'))).toEqual([60, 85, 95]);
    expect(stage.world.taken('CHAT').map((body) => JSON.parse(body).text.slice(0, 4))).toEqual([
      '60 %',
      '85 %',
      '95 %',
    ]);
    const { alerts, hooks } = await stage.list();
    expect(alerts.map(({ percent, deliveries }) => [percent, deliveries.map(({ state }) => state)])).toEqual([
      [95, ['sent', 'sent']],
      [85, ['sent', 'sent']],
      [60, ['sent', 'sent']],
    ]);
    expect(hooks.map(({ hook, waiting, lost, nextTryAt }) => [hook, waiting, lost, nextTryAt])).toEqual([
      ['OPS', 0, 0, null],
      ['CHAT', 0, 0, null],
    ]);
  });
});
