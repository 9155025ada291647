/** The entry: the app and the Durable Object classes, joined to their dependencies, nothing else. */
import { createApp } from './app.ts';
import { type Composition, compose } from './deps.ts';
import type { UncheckedEnv } from './env.ts';
import { Alerts as AlertsObject } from './objects/alerts/alerts.ts';
import { AnswerStream as AnswerStreamObject } from './objects/answer-stream/answer-stream.ts';
import { HealthBoard as HealthBoardObject } from './objects/health-board/health-board.ts';
import { Operators as OperatorsObject } from './objects/operators/operators.ts';
import { SharedAnswer as SharedAnswerObject } from './objects/shared-answer/shared-answer.ts';
import { SloBook as SloBookObject } from './objects/slo-book/slo-book.ts';
import { TenantLedger as TenantLedgerObject } from './objects/tenant-ledger/tenant-ledger.ts';
import { answerRuns } from './run/run-job.ts';

const compositions = new WeakMap<UncheckedEnv, Composition>();

/** Once per isolate and environment: the Worker's is the same object for all its requests, an object's may be another. */
function composed(env: UncheckedEnv): Composition {
  let known = compositions.get(env);
  if (known === undefined) {
    known = compose(env);
    compositions.set(env, known);
  }
  return known;
}

// The platform makes each object from its state and environment; here it is also given what it needs from outside.

export class AnswerStream extends AnswerStreamObject {
  constructor(state: DurableObjectState, env: UncheckedEnv) {
    super(state, env, answerRuns(composed(env).deps));
  }
}

export class SharedAnswer extends SharedAnswerObject {
  constructor(state: DurableObjectState, env: UncheckedEnv) {
    super(state, env, answerRuns(composed(env).deps));
  }
}

export class TenantLedger extends TenantLedgerObject<UncheckedEnv> {
  constructor(state: DurableObjectState, env: UncheckedEnv) {
    super(state, env, composed(env).tenantLedgerDeps);
  }
}

export class HealthBoard extends HealthBoardObject {
  constructor(state: DurableObjectState, env: UncheckedEnv) {
    super(state, env, composed(env).deps.clock);
  }
}

export class Alerts extends AlertsObject {
  constructor(state: DurableObjectState, env: UncheckedEnv) {
    super(state, env, composed(env).alertsDeps);
  }
}

export class Operators extends OperatorsObject {
  constructor(state: DurableObjectState, env: UncheckedEnv) {
    super(state, env, composed(env).deps.clock);
  }
}

export class SloBook extends SloBookObject {
  constructor(state: DurableObjectState, env: UncheckedEnv) {
    super(state, env, composed(env).sloBookDeps);
  }
}

export default { fetch: createApp(composed) } satisfies ExportedHandler<UncheckedEnv>;
