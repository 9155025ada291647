/** What became of a request on its way: for headers, the log, and the answer's own `carryon` field. */
import type { RouterError } from '../../protocol/errors.ts';
import type { AnswerHead } from '../core/answers/answer-head.ts';
import type { CarryonField, CooldownField } from '../core/answers/carryon-field.ts';
import type { Deployment } from '../core/config/config.ts';
import type { Failure } from '../core/routing/failure.ts';
import type { EdgeMode } from '../core/routing/route.ts';
import type { Limited } from './admit.ts';

export interface Trail {
  /** As it was admitted; before that, as it was asked. */
  mode: EdgeMode;
  attempts: Tracked[];
  /** Moves to the next `order` group. */
  hops: number;
  /** The deployment asked last. */
  deployment: Deployment | undefined;
  dropped: readonly string[];
  /** As they stood when the answer began, or when nobody was left to ask. */
  cooldowns: readonly CooldownField[];
}

/** One call of a provider. */
export interface Tracked {
  deployment: Deployment;
  hop: number;
  startedAt: number;
  /** When its first content came. */
  contentAt?: number;
  /** Left out while it goes on. */
  endedAt?: number;
  failure?: Pick<Failure, 'kind' | 'status'>;
}

export const newTrail = (mode: EdgeMode): Trail => ({
  ...{ mode, attempts: [], hops: 0, deployment: undefined, dropped: [], cooldowns: [] },
});

/** What a trail and the ledger's reply say in headers. `costMicroUsd`: left out where it is not known yet. */
export const headOf = (
  { mode, attempts, hops, dropped, deployment }: Trail,
  { left, ledger }: Limited,
  model: string | undefined,
  costMicroUsd: number | undefined,
): AnswerHead => ({
  mode,
  attempts: attempts.length,
  hops,
  dropped,
  deployment: deployment?.id,
  provider: deployment?.provider,
  model,
  costMicroUsd,
  left,
  isUnmetered: ledger === 'unreachable',
});

/** Each failed attempt, such as `a server_error`. */
export const failedIn = ({ attempts }: Trail): string[] =>
  attempts.flatMap(({ deployment, failure }) => (failure === undefined ? [] : [`${deployment.id} ${failure.kind}`]));

/** An error tells how it came about where providers were asked, or where none could be. */
export const isWorthTelling = ({ attempts }: Trail, { code }: RouterError): boolean =>
  attempts.length > 0 || code === 'providers_unavailable' || code === 'deadline_exceeded';

/** `cut`: why the attempt that had begun to answer ended early. */
export function carryonField(
  { attempts, cooldowns }: Trail,
  arrivedAt: number,
  now: number,
  costMicroUsd: number,
  cut?: Failure,
): CarryonField {
  const last = attempts.length - 1;
  return {
    attempts: attempts.map(({ deployment, hop, startedAt, contentAt, endedAt = now, failure: before }, index) => {
      const failure = index === last ? (cut ?? before) : before;
      return {
        ...{ deployment: deployment.id, model: deployment.model, startedMs: startedAt - arrivedAt },
        ...{ ttftMs: contentAt === undefined ? null : contentAt - startedAt, ms: endedAt - startedAt },
        result: failure?.kind ?? 'success',
        ...(failure?.status !== undefined && { status: failure.status }),
        hop,
      };
    }),
    cooldowns: [...cooldowns],
    costUsd: costMicroUsd / 1e6,
  };
}
