import { TenantLedger as Ledger } from '../../worker/objects/tenant-ledger/tenant-ledger.ts';

const DEPS = {
  clock: { now: () => Date.now() },
  ladderOf: () => ({ thresholds: [], safeguardAt: 100 }),
  configuredOf: () => ({}),
  takeCrossings: async () => {},
};

/** A ledger whose tables a test may write. It hangs before a statement that begins with `HANG_AT`. */
export class TenantLedger extends Ledger {
  constructor(ctx, env) {
    hangAt(ctx.storage.sql, env.HANG_AT);
    super(ctx, env, DEPS);
  }

  write(statements) {
    this.ctx.storage.transactionSync(() => {
      for (const [statement, ...values] of statements) this.ctx.storage.sql.exec(statement, ...values);
    });
  }

  tables() {
    return this.ctx.storage.sql.exec("SELECT name FROM sqlite_master WHERE type = 'table'").toArray();
  }
}

function hangAt(sql, beginning) {
  if (!beginning) return;
  const prototype = Object.getPrototypeOf(sql);
  const { exec } = prototype;
  prototype.exec = function (statement, ...values) {
    if (statement.startsWith(beginning)) {
      console.log('hangs');
      for (;;);
    }
    return exec.call(this, statement, ...values);
  };
}

export default {
  async fetch(request, env) {
    const { action, args } = await request.json();
    const result = await env.TENANT_LEDGER.getByName('acme')[action](...args);
    return Response.json({ result: result ?? null });
  },
};
