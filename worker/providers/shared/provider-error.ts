import type { Failure, FailureKind } from '../../core/routing/failure.ts';

/** Far more than a client is shown: the pipeline cuts, and only once it has hidden what must not be read. */
const LONGEST_TEXT = 8192;

/** A 200 that is no answer. Tokens may have been generated before it broke. */
export const malformed = (message: string): Failure => ({ kind: 'malformed', status: 200, message, mayBeBilled: true });

/** What content filters say of a prompt. It is asked nowhere else, so a word too many costs less than one too few. */
export const FLAGGED_WORDS =
  /flagged|content (?:management |filtering )?policy|usage polic|moderation|content exists risk|safety (?:system|polic|filter|check|classifier|setting)|(?:inappropriate|sensitive|harmful|prohibited)[ _](?:content|words?|information)|responsible ai/i;

/** A finish reason that does not say the answer is complete. */
export const brokeOff = (reason: string): Failure => ({
  kind: 'cut',
  status: 200,
  message: `The provider broke off (${redact(reason).slice(0, 64)}).`,
  mayBeBilled: true,
});

export const failure = (kind: FailureKind, status: number | undefined, message: string): Failure => ({
  kind,
  ...(status === undefined ? {} : { status }),
  message: redact(message),
  mayBeBilled: false,
});

/**
 * What a client may read of a provider's words: no keys, tokens, account ids or addresses. Each pattern begins at the beginning
 * of a run of its letters only, so that a text made for it does not take the square of its length.
 */
export function redact(text: string): string {
  return bounded(text)
    .replace(/https?:\/\/\S+/gi, '[link]')
    .replace(/(?<![\w.-])[\w.-]*[\w-]\.(?:com|ai|cn|net|org|io|dev|app)\b(?::\d+)?/gi, '[host]')
    .replace(/\bbearer\s+\S+/gi, '[key]')
    .replace(/\b(?:sk|pk|rk|org|proj|key|gsk|xai|hf|req)[-_][\w*.-]{6,}/gi, '[id]')
    .replace(/\bAIza[\w-]{20,}/g, '[key]')
    .replace(/(?<![\w*-])[\w*-]*\*{3}[\w*-]*/g, '[key]')
    .replace(/(?<![\w-])(?=[A-Za-z_-]*\d)[\w-]{32,}/g, '[id]')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Ends between two words: half a key could not be found any more. */
function bounded(text: string): string {
  if (text.length <= LONGEST_TEXT) return text;
  let end = LONGEST_TEXT;
  while (end > 0 && !/\s/.test(text.charAt(end))) end--;
  return `${text.slice(0, end)}…`;
}
