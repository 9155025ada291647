/** The entry: the app and the Durable Object classes, joined to their dependencies, nothing else. */
import { createApp } from './app.ts';
import { type Composition, compose } from './deps.ts';
import type { UncheckedEnv } from './env.ts';

export { HealthBoard } from './objects/health-board.ts';
export { TenantLedger } from './objects/tenant-ledger.ts';

let composition: { env: UncheckedEnv; parts: Composition } | undefined;

/** Once per isolate; the environment is the same object for all its requests. */
function composed(env: UncheckedEnv): Composition {
  if (composition?.env !== env) composition = { env, parts: compose(env) };
  return composition.parts;
}

export default { fetch: createApp(composed) } satisfies ExportedHandler<UncheckedEnv>;
