/** Step: may the request run, and as what? Feature caps first; then its worst case is held, in a slice of this isolate or by a call of the ledger. */
import type { RouterError } from '../../protocol/errors.ts';
import { refusalError } from '../core/admission/refusal.ts';
import { tenantOf } from '../core/admission/scopes.ts';
import { runsUnasked } from '../core/admission/unreachable.ts';
import { type Version, versionsOf } from '../core/admission/versions.ts';
import type { Config } from '../core/config/config.ts';
import { expiredError, isExpired, isPage } from '../core/identity/identity.ts';
import { type Granted, isByLimit, type NotGranted, type ScopeAsk, type Want } from '../core/ledger/messages.ts';
import { LONGEST_RUN_MS } from '../core/ledger/protocol.ts';
import type { Mode } from '../core/ledger/types.ts';
import { RequestLease, type Taken } from '../lease/request-lease.ts';
import type { Deps } from '../ports.ts';
import { pageError } from '../response/refusal-of.ts';
import type { Limited, RequestContext, RoutedRequest } from './request.ts';

/** How a request was admitted. */
export interface Admission {
  version: Version;
  lease: RequestLease;
  limited: Limited;
}

/** Admitted, or why not. */
export type Admitted = ({ ok: true } & Admission) | NotAdmitted;

interface NotAdmitted {
  ok: false;
  error: RouterError;
  limited: Limited;
  /** A safeguard may serve this caller, but its answer is not for others. */
  isAlone?: boolean;
}

const NOT_ASKED: Limited = { left: [], ledger: 'not asked' };
const NOTHING_LEFT: Limited = { left: [], ledger: 'asked' };
const UNREACHABLE: Limited = { left: [], ledger: 'unreachable' };
/** The ledger is one object that restarts within seconds. */
const UNREACHABLE_RETRY_MS = 2_000;

/** Holds what the request may cost at most; at once where a slice of this isolate has room. Undone by `lease.close()`, whatever happens. */
export function admit(request: RoutedRequest, deps: Deps, context: RequestContext): Admitted | Promise<Admitted> {
  const { config } = deps;
  const { alias, chat, feature, identity, route, safeguardAlias } = request;
  // A body may arrive long after its key was looked up, and slices admit without asking anybody.
  if (isExpired(identity, deps.clock.now())) return refusedUnasked(expiredError(identity));
  const asked = { alias, chat, feature, safeguardAlias, isPage: isPage(identity), prefersSafeguard: route.safeguard };
  const possible = versionsOf(asked, config);
  if (!possible.ok) return refusedUnasked(withoutMoney(possible.error, request, deps));
  const scoped = deps.scopes.of(request, config);
  if (!scoped.ok) return refusedUnasked(scoped.error);
  const [best] = possible.versions;
  // A safeguard's answer is not for others (docs/contract.md "Shared questions"), so a shared question is asked as it is, or not at all.
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

const admittedAs = (versions: readonly Version[], { mode, left }: Taken | Granted, lease: RequestLease): Admitted => ({
  ...{ ok: true, version: versionIn(versions, mode), lease },
  limited: { left, ledger: 'asked' },
});

const refusedUnasked = (error: RouterError): NotAdmitted => ({ ok: false, error, limited: NOT_ASKED });

/** The longest that one request may take. */
const longestRunMs = ({ router: { totalTimeoutMs, maxStreamDurationMs } }: Config): number =>
  Math.min(totalTimeoutMs + maxStreamDurationMs, LONGEST_RUN_MS);

function versionIn(versions: readonly Version[], mode: Mode): Version {
  const version = versions.find((one) => one.mode === mode);
  if (version === undefined) throw new Error(`mode ${mode} was granted, which nobody asked for`);
  return version;
}

/** The ledger does not answer: the tenant's policy decides. */
function whileUnreachable(
  { identity: { tenant }, feature }: RoutedRequest,
  best: Version,
  scopes: readonly ScopeAsk[],
  lease: RequestLease,
  { config, events }: Deps,
): Admitted {
  const runs = runsUnasked(tenantOf(config, tenant), scopes, lease.hasBudget);
  events({ event: 'ledger_unreachable', tenant, feature: feature.name, outcome: runs ? 'ran' : 'refused' });
  if (runs) {
    lease.runUngranted();
    return { ok: true, version: best, lease, limited: UNREACHABLE };
  }
  lease.close();
  return { ok: false, error: unavailable, limited: UNREACHABLE };
}

/** Only callers that may see costs are told figures. */
const withoutMoney = (error: RouterError, { identity }: RoutedRequest, { showsProvider }: Deps): RouterError =>
  showsProvider(identity) ? error : pageError(error);

/**
 * Before each attempt: what it may cost is held, by a further lease after an attempt that may have been billed (ledger rule 21),
 * and it starts while the grant is good. Undefined, or why it may not start.
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

/** A grant of tokens ends with its minute, so it is asked for again in the next one. */
async function coverInTime(admission: Admission, request: RoutedRequest, deps: Deps): Promise<RouterError | undefined> {
  const { lease } = admission;
  const again = lease.hasRun ? FURTHER : {};
  return (await hold(admission, again, request, deps)) ?? (lease.starts() ? undefined : unavailable);
}

/** Holds the worst case once more. Undefined, or why it may not be held. */
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

/** The request and its slot were counted with its first lease. */
const FURTHER = { requests: 0, parallel: 0 };

const unavailable: RouterError = { code: 'ledger_unavailable', retryAfterMs: UNREACHABLE_RETRY_MS };

/** A smaller version takes just as much of a rate, and of the slots. */
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

/** A refusal of the ledger as the client hears it. */
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
  // The clocks differ by a minute, or the reply came too late. With a new id it may be granted.
  events({ event: 'ledger_refused_lease', tenant: identity.tenant, reason: reply.refused });
  return { error: unavailable, limited };
}
