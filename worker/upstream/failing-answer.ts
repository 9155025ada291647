/** Why an attempt failed, from what came of its answer. */
import type { Deployment } from '../core/config/config.ts';
import { inputSize } from '../core/pricing/input-size.ts';
import { FAILURE_RULES, FAILURE_SENTENCES, type Failure } from '../core/routing/failure.ts';
import type { Clock } from '../ports.ts';
import type { AttemptInput } from './attempt-input.ts';

/** At most this much of a failed answer's body is read to find out why it failed. */
const FAILURE_BODY_BYTES = 65_536;
const FAILURE_BODY_MS = 2_000;
/** A long prompt may keep a healthy provider silent. After a prompt up to this long, silence is the deployment's fault. */
const LONG_PROMPT_BYTES = 16_384;
const LONGEST_MESSAGE = 500;

/** Classifies an answer whose status is no 2xx, which came `waitedMs` after the request went out. */
export async function classify(response: Response, input: AttemptInput, waitedMs: number): Promise<Failure> {
  const { adapter, deployment, clock } = input;
  const { status, headers } = response;
  const arrivedAt = clock.now();
  // Before anything else reads it: code that shortens or masks words could leave half a key, which this would not find.
  const body = hide(await readSome(response, clock), secretsOf(deployment));
  const asked = { arrivedAt, ...(status === 429 ? sizeOf(input) : UNKNOWN_SIZE) };
  const failure = adapter.failure(status, (name) => headers.get(name), body, asked);
  const mayBeBilled = waitedMs >= BEGUN_AFTER_MS && !isRefusal(status, body);
  return presentable({ ...failure, mayBeBilled: failure.mayBeBilled || mayBeBilled }, deployment);
}

const UNKNOWN_SIZE = { inputTokens: 0, outputTokens: 0 };
/** True of English. Denser text has more tokens, so a request that no limit has room for is recognised a little later. */
const BYTES_PER_TOKEN = 4;
const sizeOf = ({ chat, deployment }: AttemptInput) => ({
  inputTokens: inputSize(chat, [deployment]).textBytes / BYTES_PER_TOKEN,
  outputTokens: chat.maxOutputTokens ?? 0,
});

/**
 * Whether a status means that nothing was generated. A gateway that gave up or lost its connection (408, 499, 502, 504, 52x)
 * does not know how far the provider was, whatever its body says. Any other 5xx is a refusal if the provider says so in JSON.
 */
function isRefusal(status: number, body: string): boolean {
  if (LOST.has(status) || (status >= 520 && status <= 527)) return false;
  return status < 500 || isInOwnWords(body);
}
const LOST: ReadonlySet<number> = new Set([408, 499, 502, 504]);

function isInOwnWords(body: string): boolean {
  try {
    const said: unknown = JSON.parse(body);
    return typeof said === 'object' && said !== null && Object.keys(said).length > 0;
  } catch {
    return false;
  }
}

/**
 * A connection that breaks sooner was refused, or broke before a model began: the platform reports both in the same way. After
 * this time the provider may have worked and may bill for it, also if a gateway answers in its place.
 */
export const BEGUN_AFTER_MS = 1_000;

/** The failure of an attempt from which neither a status nor a whole body came. */
export function withoutAnswer({ timedOut, left, headersCame, waitedMs, promptBytes, isWhole }: NoAnswer): Failure {
  if (left) return { kind: 'cut', message: 'The client left.', mayBeBilled: true };
  if (!timedOut && !headersCame) {
    const mayBeBilled = waitedMs >= BEGUN_AFTER_MS;
    return { kind: 'unreachable', message: 'The provider could not be reached.', mayBeBilled };
  }
  if (!timedOut) return { kind: 'cut', message: 'The provider’s answer was cut off.', mayBeBilled: true };
  const message = headersCame ? 'The provider’s answer did not end in time.' : 'The provider did not answer in time.';
  // A whole answer shows nothing until it is complete, and headers do not say how far it is: DeepSeek sends them, and blank
  // lines, while its model is at work. So this is not silence: the request itself may be long.
  const kind = isWhole || promptBytes > LONG_PROMPT_BYTES ? 'slow' : 'silent';
  return { kind, message, mayBeBilled: true };
}

/** What is known of an attempt without an answer. */
export interface NoAnswer {
  timedOut: boolean;
  left: boolean;
  headersCame: boolean;
  waitedMs: number;
  promptBytes: number;
  isWhole: boolean;
}

/**
 * A provider's failure as a client may read it. If it is the caller's own fault, the client reads the provider's words, without
 * the key and the host, since they may repeat anything the provider was sent. Of any other failure it learns the kind alone.
 */
export function presentable(failure: Failure, deployment: Deployment): Failure {
  const { kind } = failure;
  if (FAILURE_RULES[kind].blame !== 'request') {
    return { ...failure, message: FAILURE_SENTENCES[kind], code: null, param: null };
  }
  const hidden = secretsOf(deployment);
  const named = (text: string) => /^[\w$.[\]-]{1,128}$/.test(text) && !hidden.some((secret) => text.includes(secret));
  const shown: Failure = { ...failure, message: hide(failure.message, hidden).slice(0, LONGEST_MESSAGE) };
  if (failure.code && !named(failure.code)) shown.code = null;
  if (failure.param && !named(failure.param)) shown.param = null;
  return shown;
}

/** The key, and the host with and without its port. */
function secretsOf({ apiKey, apiBase }: Deployment): string[] {
  const host = /^https?:\/\/([^/]*)/.exec(apiBase)?.[1] ?? '';
  return [apiKey, host, host.replace(/:\d+$/, '')].filter((text) => text !== '');
}

const hide = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((shown, secret) => shown.replaceAll(secret, '[hidden]'), text);

/** The beginning of a body, for at most two seconds: a failing provider may also hang. */
async function readSome(response: Response, clock: Clock): Promise<string> {
  if (response.body === null) return '';
  const reader = response.body.getReader();
  const stop = clock.after(FAILURE_BODY_MS, () => void reader.cancel().catch(() => {}));
  const decoder = new TextDecoder();
  let text = '';
  try {
    while (text.length < FAILURE_BODY_BYTES) {
      const { done, value } = await reader.read();
      if (done) return text;
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    // The failure is classified by what came before the body broke off.
  } finally {
    stop();
    reader.cancel().catch(() => {});
  }
  return text;
}
