import { tenantOf } from '../admission/scopes.ts';
import type { Config } from '../config/config.ts';
import type { Identity } from './identity.ts';

/** Whether a caller learns which provider served and what it cost. Servers always do. Pages do if their tenant's config says so. */
export const mayLearnProvider = (
  { kind, tenant }: Pick<Identity, 'kind' | 'tenant'>,
  config: Pick<Config, 'tenants'>,
  local: boolean,
): boolean => kind === 'secret' || (tenantOf(config, tenant).showsProvider ?? local);
