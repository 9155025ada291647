/**
 * The product's own Worker over a ledger far away. At the point that a question names, the runtime ends its request, or the Worker's
 * clock jumps ahead.
 */
import { goAhead } from './later.js';
import worker, { TenantLedger as ProductLedger } from '../../worker/index.ts';

/** The Worker's exports, but with the `TenantLedger` below in place of its own. */
export * from '../../worker/index.ts';

/** The ledger is this far away, to give requests the time to die while they wait for it. */
const FAR_MS = 40;

export class TenantLedger extends ProductLedger {
  grant(ask) {
    return later(() => super.grant(ask));
  }

  report(reports) {
    return later(() => super.report(reports));
  }

  reportAndGrant(reports, ask) {
    return later(() => super.reportAndGrant(reports, ask));
  }

  exchange(reports, asks) {
    return later(() => super.exchange(reports, asks));
  }
}

async function later(call) {
  await new Promise((resume) => setTimeout(resume, FAR_MS / 2));
  const reply = call();
  await new Promise((resume) => setTimeout(resume, FAR_MS / 2));
  return reply;
}

export default {
  async fetch(request, env, ctx) {
    const text = await request.clone().text();
    const afterMs = /die after (\d+) ms/.exec(text)?.[1];
    goAhead(text);
    if (afterMs !== undefined) setTimeout(() => ctx.abort('a test ended this request'), Number(afterMs));
    return worker.fetch(request, env, ctx);
  },
};
