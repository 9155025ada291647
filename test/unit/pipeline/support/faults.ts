/** Faults as operators set them, and a drill's key. */
import { type Identity, LOCAL_IDENTITY } from '../../../../worker/core/identity/identity.ts';
import type { FaultKind } from '../../../../worker/core/routing/fault.ts';
import { NO_OVERRIDES, type Overrides } from '../../../../worker/core/routing/overrides.ts';
import type { TestRouter } from './router.ts';

export const DRILL_KEY = 'sk-drill';
export const OF_DRILL: Identity = { ...LOCAL_IDENTITY, tenant: 'drill', keyId: 'of-drill', drill: 'drill-1' };
export const asDrill = { headers: { authorization: `Bearer ${DRILL_KEY}` } };

export function withDrillKey(router: TestRouter): TestRouter {
  router.identities.set(DRILL_KEY, OF_DRILL);
  return router;
}

/** Replaces everything that was set before. */
export function setFaults(
  router: TestRouter,
  faults: Readonly<Record<string, { fault: FaultKind; traffic: string; until?: number }>>,
): void {
  const version = router.board.overrides.version + 1;
  const entries = Object.entries(faults).map(([deployment, { until = null, ...fault }]) => [
    deployment,
    { until, reason: null, who: 'root', version, ...fault },
  ]);
  const overrides: Overrides = { ...NO_OVERRIDES, version, faults: Object.fromEntries(entries) };
  router.board.takeOverrides(overrides);
}
