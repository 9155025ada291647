/** Step: may it run, and as what? Feature caps first; then its worst case is held: in a slice of this isolate, or by a call of the ledger. */
import type { RouterError } from '../../protocol/errors.ts';
import { refusalError } from '../core/admission/refusal.ts';
import { scopesOf, tenantOf } from '../core/admission/scopes.ts';
import { runsUnasked } from '../core/admission/unreachable.ts';
import { type Version, versionsOf } from '../core/admission/versions.ts';
import { expiredError, isExpired, isPage } from '../core/identity/identity.ts';
import { isByLimit, type Left, type Refused, type Want } from '../core/ledger/messages.ts';
import { LONGEST_RUN_MS } from '../core/ledger/protocol.ts';
import type { Mode } from '../core/ledger/types.ts';
import { RequestLease } from '../lease/request-lease.ts';
import type { Deps } from '../ports.ts';
import { pageError } from '../response/refusal-of.ts';
import type { Limited, RequestContext, RoutedRequest } from './request.ts';

export interface Admission {
  version: Version;
  holding: RequestLease;
  limited: Limited;
}

export type Admitted = ({ ok: true } & Admission) | NotAdmitted;

interface NotAdmitted {
  ok: false;
  error: RouterError;
  limited: Limited;
  /** A safeguard may serve this asker, by himself: its answer is not one for others. */
  isAlone?: boolean;
}

const NOT_ASKED: Limited = { left: [], ledger: 'not asked' };
const UNREACHABLE: Limited = { left: [], ledger: 'unreachable' };
/** The ledger is one object that restarts within seconds. */
const UNREACHABLE_RETRY_MS = 2_000;

export async function admit(ask: RoutedRequest, deps: Deps, scope: RequestContext): Promise<Admitted> {
  const { config, events } = deps;
  const { tenant } = ask.identity;
  // A body may arrive long after its key was looked up, and an isolate's slices admit without asking anybody.
  if (isExpired(ask.identity, deps.clock.now()))
    return { ok: false, error: expiredError(ask.identity), limited: NOT_ASKED };
  const possible = versionsOf({ ...ask, isPage: isPage(ask.identity) }, config);
  if (!possible.ok) return { ok: false, error: withoutMoney(possible.error, ask, deps), limited: NOT_ASKED };
  const scoped = scopesOf(ask, config);
  if (!scoped.ok) return { ok: false, error: scoped.error, limited: NOT_ASKED };
  const { scopes } = scoped;
  const { totalTimeoutMs, maxStreamDurationMs } = config.router;
  const runForMs = Math.min(totalTimeoutMs + maxStreamDurationMs, LONGEST_RUN_MS);
  const [best] = possible.versions;
  // A safeguard's answer is not for others (docs/contract.md "Shared questions"): what is shared is asked for as it is, or not at all.
  const versions = scope.isShared ? [best] : possible.versions;
  if (scope.isShared && best.mode === 'safeguard')
    return { ok: false, error: unavailable, limited: NOT_ASKED, isAlone: true };
  const isSmallerLeft = versions.length < possible.versions.length;
  const degrades = isSmallerLeft || possible.withoutSafeguard !== undefined;
  const holding = new RequestLease(tenant, scopes, runForMs, deps, scope.background, {
    degrades,
    hooks: scope.leaseHooks,
  });
  const wants = versions.map(wantOf);
  const granted = (mode: Mode, left: readonly Left[]): Admitted => {
    const version = versions.find((one) => one.mode === mode);
    if (version === undefined) throw new Error(`mode ${mode} was granted, which nobody asked for`);
    return { ok: true, version, holding, limited: { left, ledger: 'asked' } };
  };
  const taken = holding.take(wants);
  if (taken !== undefined) {
    scope.timing.mark('admit');
    return granted(taken.mode, taken.left);
  }
  const reply = await holding.ask(wants);
  scope.timing.mark('admit');

  if (reply === undefined) {
    const runs = runsUnasked(tenantOf(config, tenant), scopes, holding.hasBudget);
    events({ event: 'ledger_unreachable', tenant, feature: ask.feature.name, outcome: runs ? 'ran' : 'refused' });
    if (runs) {
      holding.runUngranted();
      return { ok: true, version: best, holding, limited: UNREACHABLE };
    }
    holding.close();
    return { ok: false, error: unavailable, limited: UNREACHABLE };
  }
  if (reply.refused !== undefined) {
    holding.close();
    const isAlone = isSmallerLeft && mayFitSmaller(reply);
    if (reply.refused === 'safeguard_due') {
      const error = withoutMoney(possible.withoutSafeguard ?? unavailable, ask, deps);
      return { ok: false, error, limited: { left: [], ledger: 'asked' }, isAlone };
    }
    return { ok: false, ...refused(reply, ask, deps), isAlone };
  }
  return granted(reply.mode, reply.left);
}

/** What things cost is for who may see it. */
function withoutMoney(error: RouterError, { identity }: RoutedRequest, { showsProvider }: Deps): RouterError {
  return showsProvider(identity) ? error : pageError(error);
}

/**
 * Before each attempt: what it may cost is held, by a further lease after one that may have been billed (ledger rule 21), and
 * it starts while the grant is good. Undefined, or why it may not start.
 */
export async function coverAttempt(
  { version, holding, limited }: Admission,
  isLeaseUsed: boolean,
  ask: RoutedRequest,
  deps: Deps,
): Promise<RouterError | undefined> {
  const hold = async (more: Partial<Want>): Promise<RouterError | undefined> => {
    const wants = [{ ...wantOf(version), ...more }];
    if (holding.take(wants) !== undefined) return undefined;
    const reply = await holding.ask(wants);
    if (reply !== undefined) return reply.refused === undefined ? undefined : refused(reply, ask, deps, holding).error;
    if (limited.ledger !== 'unreachable') return unavailable;
    holding.runUngranted();
    return undefined;
  };
  const refusedFurther = isLeaseUsed ? await hold(FURTHER) : undefined;
  if (refusedFurther !== undefined || holding.starts()) return refusedFurther;
  // A grant of tokens ends with its minute: asked anew, in the next.
  const again = holding.hasRun ? FURTHER : {};
  return (await hold(again)) ?? (holding.starts() ? undefined : unavailable);
}

/** The request itself, and its slot, were counted with its first lease. */
const FURTHER = { requests: 0, parallel: 0 };

const unavailable: RouterError = { code: 'ledger_unavailable', retryAfterMs: UNREACHABLE_RETRY_MS };

/** A smaller version takes as much of a rate and of the slots. */
const mayFitSmaller = ({ refused }: Refused): boolean =>
  refused === 'safeguard_due' ||
  (typeof refused === 'object' && refused.limit !== 'rps' && refused.limit !== 'parallel');

const wantOf = ({ mode, worst }: Version): Want => ({
  mode,
  microUsd: worst.microUsd,
  tokens: worst.inputTokens + worst.outputTokens,
  requests: 1,
  parallel: 1,
});

export function refused(
  reply: Refused,
  { identity }: RoutedRequest,
  { events, showsProvider }: Deps,
  holding?: RequestLease,
): { error: RouterError; limited: Limited } {
  if (isByLimit(reply)) {
    const limited: Limited = { left: reply.left, ledger: 'asked' };
    const ownMicroUsd = holding?.spentMicroUsd ?? 0;
    return { error: refusalError(reply.refused, showsProvider(identity), ownMicroUsd), limited };
  }
  const limited: Limited = { left: [], ledger: 'asked' };
  if (reply.refused === 'revoked') return { error: { code: 'access_revoked', scope: reply.scope }, limited };
  if (reply.refused === 'invalid') throw new Error(`the ledger was asked wrongly: ${reply.detail}`);
  // Our clock and the ledger's are a minute apart, or an answer came too late; with a new id it may be granted.
  events({ event: 'ledger_refused_lease', tenant: identity.tenant, reason: reply.refused });
  return { error: unavailable, limited };
}
