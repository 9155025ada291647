/** The product's own Worker, with ledgers that a test can kill and whose starts it can count. Nothing else is changed. */
import worker, { TenantLedger as ProductLedger } from '../../worker/index.ts';

/** The Worker's exports, but with the `TenantLedger` below in place of its own. */
export * from '../../worker/index.ts';

/** Logged whenever an object starts. All it knows then, it has read from its rows. */
const BORN = 'a ledger is born';

export class TenantLedger extends ProductLedger {
  constructor(ctx, env) {
    super(ctx, env);
    console.log(BORN);
  }

  /** Ends the object as a crash or a deploy does: memory is gone, calls under way fail, and what was not durable is lost. */
  vanish() {
    this.ctx.abort('a test made it vanish');
  }
}

export default {
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== '/vanish') return worker.fetch(request, env, ctx);
    const ledger = env.TENANT_LEDGER.get(env.TENANT_LEDGER.idFromName(searchParams.get('tenant')));
    // The call fails, because it ends its own object.
    await ledger.vanish().catch(() => {});
    return new Response('gone');
  },
};
