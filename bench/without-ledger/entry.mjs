/** The entry of `worker/index.ts` again, with a ledger that is never called. Only the benchmark builds it. */
import { createApp } from '../../worker/app.ts';
import { compose } from '../../worker/deps.ts';
import { GRANTS_EVERYTHING } from './grants-everything.ts';

export * from '../../worker/index.ts';

let composition;

function composed(env) {
  if (composition?.env !== env) composition = { env, parts: withoutLedger(compose(env)) };
  return composition.parts;
}

function withoutLedger(parts) {
  // No compiler checks this file. If the port is renamed, this stops the run, so that the real ledger is not measured silently.
  if (!Object.keys(GRANTS_EVERYTHING).every((method) => typeof parts.deps.ledger?.[method] === 'function'))
    throw new Error('deps.ledger is not where the benchmark puts its own');
  return { ...parts, deps: { ...parts.deps, ledger: GRANTS_EVERYTHING } };
}

export default { fetch: createApp(composed) };
