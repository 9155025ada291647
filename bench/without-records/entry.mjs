/** The entry of `worker/index.ts` again, with records that go nowhere. Only the benchmark builds it. */
import { createApp } from '../../worker/app.ts';
import { compose } from '../../worker/deps.ts';

export * from '../../worker/index.ts';

let composition;

function composed(env) {
  if (composition?.env !== env) composition = { env, parts: withoutRecords(compose(env)) };
  return composition.parts;
}

function withoutRecords(parts) {
  // No compiler checks this file. If the port is renamed, this stops the run, so that real records are not measured silently.
  if (typeof parts.deps.records?.close !== 'function')
    throw new Error('deps.records is not where the benchmark puts its own');
  return { ...parts, deps: { ...parts.deps, records: { opened() {}, ended() {}, close() {} } } };
}

export default { fetch: createApp(composed) };
