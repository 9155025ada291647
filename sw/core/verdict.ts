/** The result of asking the network: an answer, a refusal that the page should see, or a failure that a kept answer may replace. */
import { RESPONSE_HEADERS } from './headers.ts';

/** Why a kept answer is given, or no answer. `mode`: the person is in mode `travel`, so the page did not wait for the network. */
export type Cause = 'offline' | 'unreachable' | 'timeout' | 'cut' | 'mode' | `http_${number}`;

export type Verdict =
  /** A completion from the router, whole or as a stream, with a 2xx status. */
  | 'answer'
  /** A refusal from the router that the page should see: the request is wrong, or there is no budget. */
  | 'pass'
  | { failed: Cause };

export interface Answered {
  status: number;
  header(name: string): string | null;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether the router wrote this answer. A captive portal, a proxy or a CDN's error page has no request id of our form. */
export const isOurs = ({ header }: Pick<Answered, 'header'>): boolean =>
  UUID.test(header(RESPONSE_HEADERS.requestId) ?? '');

const isGatewayFailure = (status: number): boolean =>
  status === 502 || status === 503 || status === 504 || (status >= 520 && status <= 529);

export function verdictOf(answered: Answered): Verdict {
  const { status } = answered;
  if (isGatewayFailure(status)) return { failed: `http_${status}` };
  if (!isOurs(answered)) return { failed: 'unreachable' };
  if (status < 200 || status > 299) return 'pass';
  return formOf(answered) === undefined ? { failed: 'unreachable' } : 'answer';
}

/** The form of an answer, by its content type; undefined if it is neither form. */
export function formOf({ header }: Pick<Answered, 'header'>): 'json' | 'stream' | undefined {
  const type = header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json') return 'json';
  return type === 'text/event-stream' ? 'stream' : undefined;
}

/**
 * Whether a failed answer goes to the page unchanged if nothing replaces it. Another server's 2xx does not: it would look like an answer.
 */
export const passesFailed = (status: number): boolean => status < 200 || status > 299;

/** `limit`: a time limit of ours passed, or the check failed. `line`: no answer came, or it broke off too early. */
export const causeOf = (what: 'line' | 'limit', isOnline: boolean): Cause => {
  if (!isOnline) return 'offline';
  return what === 'limit' ? 'timeout' : 'unreachable';
};

export interface LostRequest {
  /** True if the request was sent with a key, so it is paid for once. */
  keyed: boolean;
  /** How often it has been sent. */
  sends: number;
  isOnline: boolean;
  what: 'line' | 'limit';
}

/**
 * Whether to send the request again automatically. The browser may have reused a connection that was already closed. After an answer of the
 * router the request is not sent again: the router has retried already.
 */
export const mayResend = ({ keyed, sends, isOnline, what }: LostRequest): boolean =>
  keyed && sends === 1 && isOnline && what === 'line';

/** What to do after the reply to `GET /ai/streams/:id`. `refresh`: ask the page for a new token, once. */
export function resumeVerdict(answered: Answered, hasRefreshed: boolean): 'follow' | 'again' | 'refresh' | 'lost' {
  const { status } = answered;
  if (!isOurs(answered) || isGatewayFailure(status)) return 'again';
  if (status === 200) return formOf(answered) === 'stream' ? 'follow' : 'again';
  if (status === 401) return hasRefreshed ? 'lost' : 'refresh';
  return status === 408 || status === 429 || status >= 500 ? 'again' : 'lost';
}

/** Errors that a resumable stream reports as an event. Other answers report them with a gateway's status. */
const GATEWAY_CODES: Readonly<Record<string, number>> = {
  deadline_exceeded: 503,
  ledger_unavailable: 503,
  overloaded: 503,
  providers_unavailable: 503,
  stream_interrupted: 502,
  stream_unavailable: 503,
};

/** Why a stream whose first event is an error counts as a network failure; undefined for errors that the page should see. */
export function causeOfErrorEvent(code: string | undefined): Cause | undefined {
  const status = code !== undefined && Object.hasOwn(GATEWAY_CODES, code) ? GATEWAY_CODES[code] : undefined;
  return status === undefined ? undefined : `http_${status}`;
}
