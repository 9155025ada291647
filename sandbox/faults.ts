import { ok, type Result, refused } from '../protocol/result.ts';

/** Faults that are an HTTP status with an error body in the provider's own shape. */
export const STATUS_FAULTS = [
  '400', '400-too-long', '400-flagged', '401', '402', '403', '403-flagged', '403-region', '404', '408', '409', '413', '422',
  '429', '429-retry-after', '429-no-money', '500', '502', '503', '504', '529',
] as const; // biome-ignore format: a list, not a page

/** Faults in the delivery of an answer. */
export const DELIVERY_FAULTS = [
  'refuse-connection', 'hang-before-headers', 'hang-before-first-token', 'slow-first-token', 'stall-mid-stream',
  'cut-mid-stream', 'end-mid-stream', 'drip', 'error-in-200', 'error-mid-stream', 'truncated-json', 'html',
  'wrong-content-type', 'wrong-shape', 'empty-body', 'empty-stream', 'duplicate-usage', 'malformed-line', 'no-done',
  'held-open', 'held-open-no-done', 'keep-alives-only', 'redirect',
] as const; // biome-ignore format: a list, not a page

export type StatusFault = (typeof STATUS_FAULTS)[number];
export type DeliveryFault = (typeof DELIVERY_FAULTS)[number];
export type Fault = StatusFault | DeliveryFault;

export const FAULT_NAMES: readonly Fault[] = [...STATUS_FAULTS, ...DELIVERY_FAULTS];

export interface FaultOptions {
  /** The share of requests that it hits, 0 to 1. */
  share?: number;
  /** How many requests it hits before it ends. */
  times?: number;
  /** The `retry-after` header, in seconds. */
  retryAfter?: number;
  /** The `retry-after-ms` header. */
  retryAfterMs?: number;
  /** How many tokens are sent before the fault; by default half of the answer. */
  afterTokens?: number;
  /** The delay, or the time between keep-alives. */
  delayMs?: number;
  /** If set, the fault hits only prompts that contain this text. */
  user?: string;
  /** True to send keep-alives while hanging before the first token. */
  keepAlives?: boolean;
}

export interface ChosenFault {
  fault: Fault;
  options: FaultOptions;
}

function isFault(name: unknown): name is Fault {
  return FAULT_NAMES.some((known) => known === name);
}

export function isStatusFault(fault: Fault): fault is StatusFault {
  return STATUS_FAULTS.some((known) => known === fault);
}

const OPTION_CHECKS: Readonly<Record<keyof FaultOptions, (value: unknown) => boolean>> = {
  share: (value) => isNumber(value) && value <= 1,
  times: (value) => isNumber(value) && Number.isInteger(value),
  retryAfter: isNumber,
  retryAfterMs: isNumber,
  afterTokens: (value) => isNumber(value) && Number.isInteger(value),
  delayMs: isNumber,
  user: (value) => typeof value === 'string' && value !== '',
  keepAlives: (value) => typeof value === 'boolean',
};

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

/** Checks a control call's options. The error says what is wrong. */
export function parseFault(name: unknown, options: Record<string, unknown>): Result<ChosenFault, string> {
  if (!isFault(name)) return refused(`Unknown fault ${JSON.stringify(name)}. Faults: ${FAULT_NAMES.join(', ')}`);
  const checked: Record<string, unknown> = {};
  for (const [option, value] of Object.entries(options)) {
    if (!Object.hasOwn(OPTION_CHECKS, option)) {
      return refused(`Unknown option '${option}'. Options: ${Object.keys(OPTION_CHECKS).join(', ')}`);
    }
    if (value === undefined || value === null) continue;
    if (!OPTION_CHECKS[option as keyof FaultOptions](value))
      return refused(`Option '${option}' cannot be ${JSON.stringify(value)}`);
    checked[option] = value;
  }
  return ok({ fault: name, options: checked });
}

/** The fault of one request, from a model name such as `sandbox:429-retry-after?retryAfter=2` or `sandbox-fault-500`. */
export function faultOfModel(model: string): Result<ChosenFault | undefined, string> {
  const asked = /^sandbox(?::|-fault-)([^?]+)(?:\?(.*))?$/.exec(model);
  if (asked === null) return ok(undefined);
  const options: Record<string, unknown> = {};
  for (const [option, text] of new URLSearchParams(asked[2] ?? '')) {
    options[option] = text === 'true' ? true : /^[\d.]+$/.test(text) && option !== 'user' ? Number(text) : text;
  }
  return parseFault(asked[1], options);
}
