/** `POST /admin/drills`: a client key for a drill, with an end and a spending cap. It is shown once (docs/admin.md). */
import * as z from 'zod/mini';
import { settings } from '../core/config/settings.ts';
import {
  DEAREST_DRILL_USD,
  DRILL_TENANT,
  type DrillRecord,
  drillCaps,
  LONGEST_DRILL_MINUTES,
} from '../core/operators/drill.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';
import { askLedger, LEDGER_SILENT } from './ask-ledger.ts';
import { askOperators } from './ask-operators.ts';
import { AUDIT_SILENT, type Change } from './change.ts';
import { secretProblem } from './keys.ts';
import type { AdminCall } from './route.ts';

const MINUTES = `write minutes above 0, at most ${LONGEST_DRILL_MINUTES}`;
const USD = `write USD from 0.000001 to ${DEAREST_DRILL_USD}`;

/** The body of `POST /admin/drills`. */
export const drillBody = settings({
  minutes: z.number(MINUTES).check(z.gt(0, MINUTES), z.lte(LONGEST_DRILL_MINUTES, MINUTES)),
  maxCostUsd: z.number(USD).check(z.gte(1e-6, USD), z.lte(DEAREST_DRILL_USD, USD)),
  feature: z._default(z.nullable(z.string()), null),
});

/** `POST /admin/drills`. */
export async function startDrill({
  c,
  operator,
  body: { minutes, maxCostUsd, feature },
}: AdminCall<z.infer<typeof drillBody>>): Promise<Change | Response> {
  const { config, deps, keys } = c.env.composition;
  const problem = await secretProblem(c);
  if (problem !== undefined) return refusalResponse(problem, c.env.context);
  if (feature !== null && !config.features.has(feature)) {
    const known = [...config.features.keys()];
    return refusalResponse({ code: 'unknown_feature', feature: feature.slice(0, 100), known }, c.env.context);
  }
  return {
    what: feature === null ? 'start a drill' : `start a drill of ${feature}`,
    async make() {
      const startedAt = deps.clock.now();
      const until = startedAt + Math.ceil(minutes * 60_000);
      // The id of this call, as in the log and in its audit row. One call starts one drill.
      const id = c.env.context.requestId;
      const made = await keys.make({
        tenant: DRILL_TENANT,
        kind: 'secret',
        name: `drill ${id}`,
        user: null,
        features: feature === null ? null : [feature],
        tier: null,
        browser: false,
        origins: [],
        expiresAt: until,
        drill: id,
      });
      const drill: DrillRecord = {
        id,
        keyId: made.record.id,
        feature,
        maxCostUsd,
        startedAt,
        until,
        who: operator.name,
      };
      // The cap is set before the key exists, so that no key is ever without a cap.
      const capped = await askLedger(c, DRILL_TENANT, (ledger) =>
        ledger.setLimits(`key:${drill.keyId}`, drillCaps(drill), operator.name),
      );
      if (capped?.ok !== true) return { outcome: 'nothing', reply: refusalResponse(LEDGER_SILENT, c.env.context) };
      const noted = await askOperators(c, (operators) => operators.addDrill(drill));
      if (noted === undefined) return { outcome: 'nothing', reply: refusalResponse(AUDIT_SILENT, c.env.context) };
      await keys.save(made);
      const reply = plainJson({ id, key: made.key, until }, c.env.context, 201);
      return { outcome: 'changed', from: null, to: drill, reply };
    },
  };
}
