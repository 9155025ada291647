/** The outcome of a keyed or shared answer's run, for the records of the requests that started, joined or replayed it. */
import type { AnswerHead } from '../answers/answer-head.ts';
import type { RequestRecord } from './record.ts';

/** The run's part of a record: who served it, and what it cost. */
export type RunFacts = Pick<
  RequestRecord,
  | 'mode'
  | 'deployment'
  | 'provider'
  | 'model'
  | 'attempts'
  | 'hops'
  | 'inputTokens'
  | 'cachedTokens'
  | 'outputTokens'
  | 'reasoningTokens'
  | 'costMicroUsd'
  | 'failedMicroUsd'
  | 'estimated'
  | 'finishReason'
  | 'valid'
>;

/** The facts of a request for which no provider was asked. */
export const NO_RUN_FACTS: RunFacts = {
  ...{ mode: 'normal', deployment: null, provider: null, model: null, finishReason: null },
  ...{ attempts: [], hops: 0, costMicroUsd: 0, failedMicroUsd: 0, estimated: false },
  ...{ inputTokens: 0, cachedTokens: 0, outputTokens: 0, reasoningTokens: 0 },
  valid: null,
};

/** The run's part of a longer record. */
export const factsIn = (record: RunFacts): RunFacts => {
  const { mode, deployment, provider, model, attempts, hops, costMicroUsd, estimated, finishReason } = record;
  const { failedMicroUsd, inputTokens, cachedTokens, outputTokens, reasoningTokens, valid } = record;
  return {
    ...{ mode, deployment, provider, model, attempts, hops, costMicroUsd, estimated, finishReason },
    ...{ failedMicroUsd, inputTokens, cachedTokens, outputTokens, reasoningTokens, valid },
  };
};

/** For a request that joined or replays a run: cost and attempts belong to the request that started it. */
export const joinedFacts = ({ mode, deployment, provider, model, finishReason }: RunFacts): RunFacts => ({
  ...NO_RUN_FACTS,
  ...{ mode, deployment, provider, model, finishReason },
});

/**
 * The facts that an answer's head gives, for a run whose own facts are not known: it ran in an earlier life of the object, or is
 * not settled. The model is left out. The head has it in the provider's words, of any length, and config knows the deployment's
 * model.
 */
export const factsOfHead = ({ mode, deployment, provider }: AnswerHead): RunFacts => ({
  ...NO_RUN_FACTS,
  mode: mode ?? 'normal',
  deployment: deployment ?? null,
  provider: provider ?? null,
});
