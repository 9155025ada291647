/** Finds out why an attempt failed, from the part of its answer that arrived. */
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

/** Classifies an answer whose status is not 2xx. It arrived `waitedMs` after the request was sent. */
export async function classifyFailure(response: Response, input: AttemptInput, waitedMs: number): Promise<Failure> {
  const { adapter, deployment, clock } = input;
  const { status, headers } = response;
  const arrivedAt = clock.now();
  // Secrets are hidden before anything else reads the body. Code that shortens or masks words could leave half a key, which would no
  // longer be found.
  const body = hide(await readSome(response, clock), secretsOf(deployment));
  const asked = { arrivedAt, ...(status === 429 ? sizeOf(input) : UNKNOWN_SIZE) };
  const failure = adapter.failure(status, (name) => headers.get(name), body, asked);
  const mayBeBilled = waitedMs >= BEGUN_AFTER_MS && !isRefusal(status, body);
  return shownFailure({ ...failure, mayBeBilled: failure.mayBeBilled || mayBeBilled }, deployment);
}

const UNKNOWN_SIZE = { inputTokens: 0, outputTokens: 0 };
/** The average for English. Denser text has more tokens, so a request that exceeds every limit is recognized a little later. */
const BYTES_PER_TOKEN = 4;
const sizeOf = ({ chat, deployment }: AttemptInput) => ({
  inputTokens: inputSize(chat, [deployment]).textBytes / BYTES_PER_TOKEN,
  outputTokens: chat.maxOutputTokens ?? 0,
});

/**
 * True if a status means that nothing was generated. A gateway that gave up or lost its connection (408, 499, 502, 504, 52x) does not
 * know how far the provider was, whatever its body says. Any other 5xx is a refusal if its body is a JSON object.
 */
function isRefusal(status: number, body: string): boolean {
  if (LOST.has(status) || (status >= 520 && status <= 527)) return false;
  return status < 500 || isJsonObject(body);
}
const LOST: ReadonlySet<number> = new Set([408, 499, 502, 504]);

function isJsonObject(body: string): boolean {
  try {
    const said: unknown = JSON.parse(body);
    return typeof said === 'object' && said !== null && Object.keys(said).length > 0;
  } catch {
    return false;
  }
}

/**
 * A connection that breaks sooner was refused, or broke before the model began. The platform reports both in the same way. After this
 * time the provider may have worked and may bill for it, even if a gateway answers in its place.
 */
export const BEGUN_AFTER_MS = 1_000;

/** The failure of an attempt that got no status, or no complete body. */
export function noAnswerFailure({ timedOut, left, headersCame, waitedMs, promptBytes, isWhole }: NoAnswer): Failure {
  if (left) return { kind: 'cut', message: 'The client left.', mayBeBilled: true };
  if (!timedOut && !headersCame) {
    const mayBeBilled = waitedMs >= BEGUN_AFTER_MS;
    return { kind: 'unreachable', message: 'The provider could not be reached.', mayBeBilled };
  }
  if (!timedOut) return { kind: 'cut', message: 'The provider’s answer was cut off.', mayBeBilled: true };
  const message = headersCame ? 'The provider’s answer did not end in time.' : 'The provider did not answer in time.';
  // An answer in one piece shows nothing until it is complete, and its headers do not say how far it is: DeepSeek sends them, and blank
  // lines, while its model works. So this does not count as silence, because the request itself may take long.
  const kind = isWhole || promptBytes > LONG_PROMPT_BYTES ? 'slow' : 'silent';
  return { kind, message, mayBeBilled: true };
}

/** What is known about an attempt without an answer. */
export interface NoAnswer {
  timedOut: boolean;
  left: boolean;
  headersCame: boolean;
  waitedMs: number;
  promptBytes: number;
  isWhole: boolean;
}

/**
 * A provider's failure as a client may read it. If the caller is at fault, the client gets the provider's message without the key and
 * the host, because the message may repeat anything that the provider was sent. For any other failure the client learns only the kind.
 */
export function shownFailure(failure: Failure, deployment: Deployment): Failure {
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

/** What a client must not see: the key, and the host with and without its port. */
function secretsOf({ apiKey, apiBase }: Deployment): string[] {
  const host = /^https?:\/\/([^/]*)/.exec(apiBase)?.[1] ?? '';
  return [apiKey, host, host.replace(/:\d+$/, '')].filter((text) => text !== '');
}

const hide = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((shown, secret) => shown.replaceAll(secret, '[hidden]'), text);

/** Reads the beginning of a body, for at most two seconds, because a failing provider may also hang. */
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
    // The failure is classified by what arrived before the body broke off.
  } finally {
    stop();
    reader.cancel().catch(() => {});
  }
  return text;
}
