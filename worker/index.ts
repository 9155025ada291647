/** The Worker's entry point. It only joins the app and the Durable Object classes to their dependencies. */
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

/** Composes once per isolate and environment. All requests of the Worker share one environment object. A Durable Object's may differ. */
function composed(env: UncheckedEnv): Composition {
  let known = compositions.get(env);
  if (known === undefined) {
    known = compose(env);
    compositions.set(env, known);
  }
  return known;
}

// The platform constructs each object with its state and environment. These subclasses also give it its other dependencies.

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
