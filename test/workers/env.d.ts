import type { UncheckedEnv } from '../../worker/env.ts';

/** What `env` and `exports` of `cloudflare:workers` hold in a test: wrangler.toml's bindings and vitest.config.ts's variables. */
declare global {
  namespace Cloudflare {
    interface Env extends UncheckedEnv {}
    interface GlobalProps {
      mainModule: typeof import('../../worker/index.ts');
      durableNamespaces: 'HealthBoard' | 'TenantLedger' | 'Alerts' | 'Operators' | 'SloBook';
    }
  }
}
