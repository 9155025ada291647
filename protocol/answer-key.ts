/**
 * Makes the text that is the same for equal questions: RFC 8785 (JCS) JSON of the alias, the messages and every parameter that may
 * change the answer. The Worker and the browser each hash it in their own way. `test/fixtures/answer-keys` tests both.
 *
 * JCS is ECMAScript's own `JSON.stringify` for strings and numbers plus sorted names, so no library is used: npm's `canonicalize`
 * refuses with a thrown English sentence, and overflows the stack if a body is nested deeply. One thing goes beyond JCS: a number that
 * a double cannot hold stays as it was written, so that two long ids make two questions. The body must have been read by `parseBody`.
 */
import type { ChatMessage, ChatRequest } from './chat.ts';
import { canonicalNumber, isWrittenNumber } from './written-number.ts';

/** Why a value has no canonical text. */
export type NotCanonical = 'lone_surrogate' | 'too_deep' | 'not_json';

/** The canonical text of a question, or the `param` and `message` of an `invalid_body`, which hold nothing of the prompt. */
export type AnswerText =
  | { ok: true; text: string }
  | { ok: false; reason: NotCanonical; param: string; message: string };

const MESSAGES: Readonly<Record<NotCanonical, string>> = {
  lone_surrogate: 'holds half of a surrogate pair, which no UTF-8 can carry; send whole characters',
  too_deep: 'is nested too deeply',
  not_json: 'holds a value that JSON has no form for, such as a number above 1.8e308',
};

/** Raise this if the text below, or the form of kept answers, changes. A new version discards every answer in every browser. */
const TRAVEL_KEY_VERSION = 1;

/**
 * The text that a browser signs with a person's own key, to find an answer. Its first line holds no line break, so three other values
 * never give the same text.
 */
export const travelKeyText = ({
  routerOrigin,
  feature,
  text,
}: {
  routerOrigin: string;
  /** The feature; '' if neither the page nor the router has named one. */
  feature: string;
  /** The result of `answerText`. */
  text: string;
}): string => `${JSON.stringify([TRAVEL_KEY_VERSION, routerOrigin, feature])}\n${text}`;

/** The question's canonical text, or the field that has none. */
export function answerText(chat: ChatRequest): AnswerText {
  const question = countedFields(chat);
  try {
    return { ok: true, text: canonicalJson(question) };
  } catch (error) {
    if (!(error instanceof Uncanonical)) throw error;
    const { reason } = error;
    return { ok: false, reason, param: firstUncanonical(question), message: MESSAGES[reason] };
  }
}

/** The question's canonical text. Undefined if the router refuses the question. A browser does not need the text of that refusal. */
export function answerTextOrNone(chat: ChatRequest): string | undefined {
  try {
    return canonicalJson(countedFields(chat));
  } catch (error) {
    if (error instanceof Uncanonical) return undefined;
    throw error;
  }
}

/** The fields that count. A new field of `ChatRequest` counts unless it is excluded here, because a needless miss does no harm. */
function countedFields(chat: ChatRequest): Record<string, unknown> {
  const { stream, includeUsage, user, metadata, strippedFields, rest, messages, ...counted } = chat;
  const others = Object.keys(rest).filter((name) => mayChangeAnswer(name, rest[name]));
  const question: Record<string, unknown> = { ...counted, messages: messages.map(withoutNull) };
  // Unknown fields are kept apart, so that none can be taken for a known one.
  if (others.length > 0) question.rest = Object.fromEntries(others.map((name) => [name, rest[name]]));
  return question;
}

/** True if the question has fields for the provider that the answer key leaves out. */
export const hasUncounted = ({ rest }: ChatRequest): boolean =>
  Object.keys(rest).some((name) => !mayChangeAnswer(name, rest[name]));

/** False for fields about storage, billing and abuse control at the provider. A `service_tier` counts if the client has chosen one. */
function mayChangeAnswer(name: string, value: unknown): boolean {
  switch (name) {
    case 'store':
    case 'prompt_cache_key':
    case 'prompt_cache_options':
    case 'prompt_cache_retention':
    case 'safety_identifier':
      return false;
    case 'service_tier':
      return value !== 'auto' && value !== 'default';
    default:
      return true;
  }
}

/** Removes null content, which means "not given". `parseMessages` leaves null in no other field. */
function withoutNull(message: ChatMessage): ChatMessage {
  if (message.content !== null) return message;
  const { content, ...others } = message;
  return others;
}

/** The first field that has no canonical form: `tools`, `messages[3]`, `stop`. */
function firstUncanonical({ messages, rest = {}, ...fields }: Record<string, unknown>): string {
  const named: [string, unknown][] = [...Object.entries(fields), ...Object.entries(rest as object)];
  const placed = (messages as unknown[]).map((message, index): [string, unknown] => [`messages[${index}]`, message]);
  const [name] = [...placed, ...named].find(([, value]) => !isCanonical(value)) ?? [''];
  return LONE_SURROGATE.test(name) ? '' : name;
}

function isCanonical(value: unknown): boolean {
  try {
    canonicalJson(value, TOP_LEVELS);
    return true;
  } catch {
    return false;
  }
}

/** Thrown by `canonicalJson`; `answerText` turns it into a refusal. */
export class Uncanonical extends Error {
  readonly reason: NotCanonical;

  constructor(reason: NotCanonical) {
    super(reason);
    this.reason = reason;
  }
}

/** The most levels. Free-form parts may have 200 (`parse-problem.ts`), so this is more than `parseChat` accepts. */
const DEEPEST = 256;
/** The depth of a field of `rest`. */
const TOP_LEVELS = 2;
/** With the `u` flag a whole pair is one character, so only halves match. */
const LONE_SURROGATE = /\p{Cs}/u;

/**
 * The canonical JSON of a value by RFC 8785: no white space, and names in the order of their UTF-16 units. Numbers that a double cannot
 * hold stay as they were written. Throws `Uncanonical`.
 */
export function canonicalJson(value: unknown, depth = 0): string {
  switch (typeof value) {
    case 'string':
      if (LONE_SURROGATE.test(value)) throw new Uncanonical('lone_surrogate');
      return JSON.stringify(value);
    case 'number':
      // `JSON.parse('1e400')` is Infinity, which JSON.stringify would write as null.
      if (!Number.isFinite(value)) throw new Uncanonical('not_json');
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth >= DEEPEST) throw new Uncanonical('too_deep');
      if (Array.isArray(value)) return arrayJson(value, depth + 1);
      return isWrittenNumber(value) ? canonicalNumber(value) : objectJson(value, depth + 1);
    default:
      throw new Uncanonical('not_json');
  }
}

function arrayJson(values: readonly unknown[], depth: number): string {
  let text = '[';
  for (let index = 0; index < values.length; index++) {
    if (index > 0) text += ',';
    text += canonicalJson(values[index], depth);
  }
  return `${text}]`;
}

function objectJson(object: object, depth: number): string {
  let text = '{';
  for (const name of Object.keys(object).sort()) {
    const value = (object as Record<string, unknown>)[name];
    if (value === undefined) continue;
    text += `${text === '{' ? '' : ','}${canonicalJson(name, depth)}:${canonicalJson(value, depth)}`;
  }
  return `${text}}`;
}
