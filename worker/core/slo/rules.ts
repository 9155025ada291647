/** Which requests count as good, bad, or not at all. */
import type { RouterError } from '../../../protocol/errors.ts';
import type { RecordEnding, RequestRecord } from './record.ts';
import type { Slo } from './slo.ts';

/** Why a request counts neither as good nor as bad: it was outside what is promised. */
export const EXCLUDED_REASONS = [
  'caller',
  'key',
  'idempotency',
  'stopped',
  'budget',
  'rate',
  'left',
  'maintenance',
  'drill',
] as const;

/** One reason for leaving a request out. */
export type ExcludedReason = (typeof EXCLUDED_REASONS)[number];

/** Whether a request kept the promise of success. `layer` is where it failed: at the providers or in the router. */
export type SuccessVerdict =
  | { outcome: 'good' }
  | { outcome: 'bad'; layer: 'inference' | 'gateway' }
  | { outcome: 'excluded'; reason: ExcludedReason };

const GOOD: SuccessVerdict = { outcome: 'good' };
const INFERENCE: SuccessVerdict = { outcome: 'bad', layer: 'inference' };
const GATEWAY: SuccessVerdict = { outcome: 'bad', layer: 'gateway' };
const excluded = (reason: ExcludedReason): SuccessVerdict => ({ outcome: 'excluded', reason });
const CALLER = excluded('caller');
const KEY = excluded('key');
const IDEMPOTENCY = excluded('idempotency');
const LEFT = excluded('left');
const DRILL = excluded('drill');
const MAINTENANCE = excluded('maintenance');

/** What a request without a code is judged by: its ending, or a more exact form of it. */
type Ending = RecordEnding | 'stale' | 'left_before_content';

/** The verdict for each code and each ending. A missing line is a compile error. */
export const SLI_RULES: Readonly<Record<RouterError['code'] | Ending, SuccessVerdict>> = {
  complete: GOOD,
  /** If `slo.staleIs` is `bad`, the error that the stale answer stands in for decides instead. */
  stale: GOOD,
  /** The reader left after content had come. */
  left: GOOD,
  left_before_content: LEFT,
  cut: INFERENCE,
  /** Every refusal should have a code. A refusal without one is a fault of the router. */
  refused: GATEWAY,

  providers_unavailable: INFERENCE,
  deadline_exceeded: INFERENCE,
  rate_limited_by_provider: INFERENCE,
  stream_interrupted: INFERENCE,
  overloaded: GATEWAY,
  ledger_unavailable: GATEWAY,
  key_store_unavailable: GATEWAY,
  sign_in_unavailable: GATEWAY,
  stream_unavailable: GATEWAY,
  audit_unavailable: GATEWAY,
  board_unavailable: GATEWAY,
  book_unavailable: GATEWAY,
  internal_error: GATEWAY,
  not_configured: GATEWAY,

  invalid_json: CALLER,
  invalid_body: CALLER,
  unknown_alias: CALLER,
  unknown_feature: CALLER,
  unsupported_param: CALLER,
  conflicting_user: CALLER,
  invalid_user: CALLER,
  payload_too_large: CALLER,
  unsupported_encoding: CALLER,
  misdirected_request: CALLER,
  body_timeout: CALLER,
  method_not_allowed: CALLER,
  not_found: CALLER,
  feature_cap_exceeded: CALLER,
  provider_rejected: CALLER,

  missing_key: KEY,
  invalid_key: KEY,
  key_expired: KEY,
  invalid_token: KEY,
  token_expired: KEY,
  token_not_allowed: KEY,
  browser_not_allowed: KEY,
  origin_not_allowed: KEY,
  user_not_allowed: KEY,
  feature_not_allowed: KEY,
  access_revoked: KEY,
  unknown_tier: KEY,
  refresh_not_allowed: KEY,
  admin_closed: KEY,
  invalid_admin_key: KEY,
  invalid_metrics_token: KEY,
  scope_not_allowed: KEY,

  idempotency_mismatch: IDEMPOTENCY,
  idempotency_expired: IDEMPOTENCY,
  stream_not_found: IDEMPOTENCY,
  stopped: excluded('stopped'),
  budget_exceeded: excluded('budget'),
  rate_limit_exceeded: excluded('rate'),
  client_gone: LEFT,
};

/** The parts of a record that its verdict depends on. */
export type VerdictInput = Pick<
  RequestRecord,
  'arrivedAt' | 'totalMs' | 'ttftMs' | 'costMicroUsd' | 'code' | 'staleCause' | 'ending' | 'drill' | 'valid'
>;

/** The settings that verdicts depend on. */
export type VerdictSettings = Pick<Slo, 'staleIs' | 'maintenance'>;

/** Whether a request kept the promise of success. Without `countsDrills`, requests of drills are excluded. */
export function successVerdict(record: VerdictInput, slo: VerdictSettings, countsDrills = false): SuccessVerdict {
  if (record.drill !== null && !countsDrills) return DRILL;
  if (isInMaintenance(record, slo)) return MAINTENANCE;
  const verdict: SuccessVerdict | undefined = SLI_RULES[ruleOf(record, slo)];
  // During a deploy a record may have a code that only another build knows. Such a record must not keep the rest of its batch from
  // being counted.
  return verdict ?? GATEWAY;
}

function ruleOf(
  { code, staleCause, ending, ttftMs }: VerdictInput,
  { staleIs }: VerdictSettings,
): keyof typeof SLI_RULES {
  const isLeft = ending === 'left' && (code === null || code === 'client_gone');
  if (isLeft && ttftMs === null) return 'left_before_content';
  if (staleCause !== null && (isLeft || (code === null && ending === 'complete'))) {
    return staleIs === 'good' ? 'stale' : staleCause;
  }
  return isLeft ? 'left' : (code ?? ending);
}

/** Whether the request overlapped a maintenance window, which may have harmed it. */
function isInMaintenance({ arrivedAt, totalMs }: VerdictInput, { maintenance }: VerdictSettings): boolean {
  for (const { from, to } of maintenance.windows) if (arrivedAt < to && arrivedAt + totalMs >= from) return true;
  return false;
}
