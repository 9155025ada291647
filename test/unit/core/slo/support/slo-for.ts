import { type PromiseConfig, resolveSlo } from '../../../../../worker/core/config/resolve-slo.ts';
import type { ConfigInput } from '../../../../../worker/core/config/schema.ts';
import { slo } from '../../../../../worker/core/config/slo-schema.ts';

/** What a config with these features promises; without `written`, what it promises by itself. */
export const sloFor = (
  features: readonly string[],
  written: ConfigInput['slo'] = {},
  tenants: PromiseConfig['tenants'] = {},
) =>
  resolveSlo(
    { slo: slo.parse(written), features: Object.fromEntries(features.map((name) => [name, {}])), tenants },
    false,
  );
