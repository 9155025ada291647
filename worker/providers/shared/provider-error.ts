import type { Failure, FailureKind } from '../../core/routing/failure.ts';

/** The longest message that is kept, far longer than what a client is shown. The pipeline cuts it after hiding what must not be read. */
const LONGEST_TEXT = 8192;

/** What content filters say about a prompt. A flagged prompt is not tried elsewhere, so matching too much costs less than too little. */
export const FLAGGED_WORDS =
  /flagged|content (?:management |filtering )?policy|usage polic|moderation|content exists risk|safety (?:system|polic|filter|check|classifier|setting)|(?:inappropriate|sensitive|harmful|prohibited)[ _](?:content|words?|information)|responsible ai/i;

/** The failure for a finish reason that does not mean a complete answer. */
export const brokeOffFailure = (reason: string): Failure => ({
  kind: 'cut',
  status: 200,
  message: `The provider broke off (${redact(reason).slice(0, 64)}).`,
  mayBeBilled: true,
});

/** A failure that was not billed, with a message that clients may read. */
export const providerFailure = (kind: FailureKind, status: number | undefined, message: string): Failure => ({
  kind,
  ...(status === undefined ? {} : { status }),
  message: redact(message),
  mayBeBilled: false,
});

/**
 * A provider's message without keys, tokens, account ids and addresses, as clients may read it. Each pattern starts only at the
 * beginning of a run of its letters, so that no text takes quadratic time.
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

/** Cuts between two words, because half a key would no longer be recognised. */
function bounded(text: string): string {
  if (text.length <= LONGEST_TEXT) return text;
  let end = LONGEST_TEXT;
  while (end > 0 && !/\s/.test(text.charAt(end))) end--;
  return `${text.slice(0, end)}…`;
}
