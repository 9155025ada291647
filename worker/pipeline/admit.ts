/**
 * Step: decides whether a request may run, and in which version. The feature's caps come first. Then the worst case is held, in a slice
 * of this isolate or by a call to the ledger.
 */
import type { RouterError } from '../../protocol/errors.ts';
import { refusalError } from '../core/admission/refusal.ts';
import { tenantOf } from '../core/admission/scopes.ts';
import { runsWithoutLedger } from '../core/admission/unreachable.ts';
import { type Version, versionsOf } from '../core/admission/versions.ts';
import type { Config } from '../core/config/config.ts';
import { expiredError, isExpired, isPage } from '../core/identity/identity.ts';
import { type Granted, isByLimit, type NotGranted, type ScopeAsk, type Want } from '../core/ledger/messages.ts';
import { LONGEST_RUN_MS } from '../core/ledger/protocol.ts';
import type { Mode } from '../core/ledger/types.ts';
import { RequestLease, type TakenShare } from '../lease/request-lease.ts';
import type { Deps } from '../ports.ts';
import { pageError } from '../response/refusal-of.ts';
import type { Limited, RequestContext, RoutedRequest } from './request.ts';

/** How a request was admitted. */
export interface Admission {
  version: Version;
  lease: RequestLease;
  limited: Limited;
}

/** The admission, or the error that refuses the request. */
export type Admitted = ({ ok: true } & Admission) | NotAdmitted;

interface NotAdmitted {
  ok: false;
  error: RouterError;
  limited: Limited;
  /** True if a safeguard may serve this caller. That answer would not be shared with other callers. */
  isAlone?: boolean;
}

const NOT_ASKED: Limited = { left: [], ledger: 'not asked' };
const NOTHING_LEFT: Limited = { left: [], ledger: 'asked' };
const UNREACHABLE: Limited = { left: [], ledger: 'unreachable' };
/** The ledger is a single object, and it restarts within seconds. */
const UNREACHABLE_RETRY_MS = 2_000;

/** Holds the most that the request can cost. It needs no I/O if a slice of this isolate has room. `lease.close()` must always follow. */
export function admit(request: RoutedRequest, deps: Deps, context: RequestContext): Admitted | Promise<Admitted> {
  const { config } = deps;
  const { alias, chat, feature, identity, route, safeguardAlias } = request;
  // The body may arrive long after its key was looked up, and a slice admits without asking the ledger, so expiry is checked again.
  if (isExpired(identity, deps.clock.now())) return refusedUnasked(expiredError(identity));
  const asked = { alias, chat, feature, safeguardAlias, isPage: isPage(identity), prefersSafeguard: route.safeguard };
  const possible = versionsOf(asked, config);
  if (!possible.ok) return refusedUnasked(withoutMoney(possible.error, request, deps));
  const scoped = deps.scopes.of(request, config);
  if (!scoped.ok) return refusedUnasked(scoped.error);
  const [best] = possible.versions;
  // A safeguard's answer is never shared (docs/contract.md "Shared questions"), so a shared question runs as asked or not at all.
  if (context.isShared && best.mode === 'safeguard') return { ...refusedUnasked(unavailable), isAlone: true };
  const versions = context.isShared ? [best] : possible.versions;
  const isSmallerLeft = versions.length < possible.versions.length;
  const lease = new RequestLease(identity.tenant, scoped.value, longestRunMs(config), deps, context.background, {
    degrades: isSmallerLeft || possible.withoutSafeguard !== undefined,
    hooks: context.leaseHooks,
  });
  const wants = versions.map(wantOf);
  const taken = lease.take(wants);
  if (taken !== undefined) return admittedAs(versions, taken, lease);
  return lease.ask(wants).then((reply) => {
    context.timing.mark('admit');
    if (reply === undefined) return whileUnreachable(request, best, scoped.value, lease, deps);
    if (reply.refused === undefined) return admittedAs(versions, reply, lease);
    lease.close();
    const isAlone = isSmallerLeft && mayFitSmaller(reply);
    if (reply.refused === 'safeguard_due') {
      const error = withoutMoney(possible.withoutSafeguard ?? unavailable, request, deps);
      return { ok: false, error, limited: NOTHING_LEFT, isAlone };
    }
    return { ok: false, ...clientRefusal(reply, request, deps), isAlone };
  });
}

const admittedAs = (
  versions: readonly Version[],
  { mode, left }: TakenShare | Granted,
  lease: RequestLease,
): Admitted => ({
  ...{ ok: true, version: versionIn(versions, mode), lease },
  limited: { left, ledger: 'asked' },
});

const refusedUnasked = (error: RouterError): NotAdmitted => ({ ok: false, error, limited: NOT_ASKED });

/** The longest time that one request may take. */
const longestRunMs = ({ router: { totalTimeoutMs, maxStreamDurationMs } }: Config): number =>
  Math.min(totalTimeoutMs + maxStreamDurationMs, LONGEST_RUN_MS);

function versionIn(versions: readonly Version[], mode: Mode): Version {
  const version = versions.find((one) => one.mode === mode);
  if (version === undefined) throw new Error(`the ledger granted the mode ${mode}, which was not requested`);
  return version;
}

/** The ledger does not answer, so the tenant's policy decides. */
function whileUnreachable(
  { identity: { tenant }, feature }: RoutedRequest,
  best: Version,
  scopes: readonly ScopeAsk[],
  lease: RequestLease,
  { config, events }: Deps,
): Admitted {
  const runs = runsWithoutLedger(tenantOf(config, tenant), scopes, lease.hasBudget);
  events({ event: 'ledger_unreachable', tenant, feature: feature.name, outcome: runs ? 'ran' : 'refused' });
  if (runs) {
    lease.runUngranted();
    return { ok: true, version: best, lease, limited: UNREACHABLE };
  }
  lease.close();
  return { ok: false, error: unavailable, limited: UNREACHABLE };
}

/** Removes amounts of money from an error unless the caller may see costs. */
const withoutMoney = (error: RouterError, { identity }: RoutedRequest, { showsProvider }: Deps): RouterError =>
  showsProvider(identity) ? error : pageError(error);

/**
 * Called before each attempt. It makes sure that the attempt's worst case is held, and that the grant is still good. After an attempt that
 * may have been billed, this takes a further lease (ledger rule 21). Returns undefined, or the error that forbids the attempt.
 */
export function coverAttempt(
  admission: Admission,
  isLeaseUsed: boolean,
  request: RoutedRequest,
  deps: Deps,
): undefined | Promise<RouterError | undefined> {
  if (isLeaseUsed) return coverFurther(admission, request, deps);
  return admission.lease.starts() ? undefined : coverInTime(admission, request, deps);
}

async function coverFurther(
  admission: Admission,
  request: RoutedRequest,
  deps: Deps,
): Promise<RouterError | undefined> {
  const refused = await hold(admission, FURTHER, request, deps);
  return refused !== undefined || admission.lease.starts() ? refused : coverInTime(admission, request, deps);
}

/** A grant of tokens ends with its minute, so the next minute needs a new one. */
async function coverInTime(admission: Admission, request: RoutedRequest, deps: Deps): Promise<RouterError | undefined> {
  const { lease } = admission;
  const again = lease.hasRun ? FURTHER : {};
  return (await hold(admission, again, request, deps)) ?? (lease.starts() ? undefined : unavailable);
}

/** Holds the worst case once more. Returns undefined, or the error that refuses it. */
async function hold(
  { version, lease, limited }: Admission,
  more: Partial<Want>,
  request: RoutedRequest,
  deps: Deps,
): Promise<RouterError | undefined> {
  const wants = [{ ...wantOf(version), ...more }];
  if (lease.take(wants) !== undefined) return undefined;
  const reply = await lease.ask(wants);
  if (reply !== undefined)
    return reply.refused === undefined ? undefined : clientRefusal(reply, request, deps, lease).error;
  if (limited.ledger !== 'unreachable') return unavailable;
  lease.runUngranted();
  return undefined;
}

/** A further lease counts no request and no slot, because the first lease has counted both. */
const FURTHER = { requests: 0, parallel: 0 };

const unavailable: RouterError = { code: 'ledger_unavailable', retryAfterMs: UNREACHABLE_RETRY_MS };

/** True if a smaller version might be granted. It would need just as many requests and slots, so limits on those refuse it too. */
const mayFitSmaller = ({ refused }: NotGranted): boolean =>
  refused === 'safeguard_due' ||
  (typeof refused === 'object' && refused.limit !== 'rps' && refused.limit !== 'parallel');

const wantOf = ({ mode, worst }: Version): Want => ({
  mode,
  microUsd: worst.microUsd,
  tokens: worst.inputTokens + worst.outputTokens,
  requests: 1,
  parallel: 1,
});

/** The error that the client gets for a refusal of the ledger. */
export function clientRefusal(
  reply: NotGranted,
  { identity }: RoutedRequest,
  { events, showsProvider }: Deps,
  lease?: RequestLease,
): { error: RouterError; limited: Limited } {
  if (isByLimit(reply)) {
    const limited: Limited = { left: reply.left, ledger: 'asked' };
    const ownMicroUsd = lease?.spentMicroUsd ?? 0;
    return { error: refusalError(reply.refused, showsProvider(identity), ownMicroUsd), limited };
  }
  const limited = NOTHING_LEFT;
  if (reply.refused === 'revoked') return { error: { code: 'access_revoked', scope: reply.scope }, limited };
  if (reply.refused === 'invalid') throw new Error(`the ledger was asked wrongly: ${reply.detail}`);
  // The clocks differ by a minute, or the reply came too late. A new lease id may be granted.
  events({ event: 'ledger_refused_lease', tenant: identity.tenant, reason: reply.refused });
  return { error: unavailable, limited };
}
