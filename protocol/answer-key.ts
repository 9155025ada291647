/**
 * What makes two requests the same question, as one text: RFC 8785 (JCS) JSON of the alias, the messages and every parameter
 * that may change the answer. Worker and browser hash it each in its own way; `test/fixtures/answer-keys` holds for both.
 *
 * JCS is ECMAScript's own `JSON.stringify` for strings and numbers plus sorted names, so there is no library here: npm's
 * `canonicalize` refuses by a thrown English sentence, and overflows the stack where a body is nested deeply. One thing is
 * not in JCS: a number that a double cannot hold stands as it was written, so that two long ids make two questions. The body
 * must have been read by `parseBody`.
 */
import type { ChatMessage, ChatRequest } from './chat.ts';
import { canonicalNumber, isWrittenNumber } from './written-number.ts';

/** Why a value has no canonical text. */
export type NotCanonical = 'lone_surrogate' | 'too_deep' | 'not_json';

/** `param` and `message` are an `invalid_body`'s; nothing of the prompt is in them. */
export type AnswerText =
  | { ok: true; text: string }
  | { ok: false; reason: NotCanonical; param: string; message: string };

const MESSAGES: Readonly<Record<NotCanonical, string>> = {
  lone_surrogate: 'holds half of a surrogate pair, which no UTF-8 can carry; send whole characters',
  too_deep: 'is nested too deeply',
  not_json: 'holds a value that JSON has no form for, such as a number above 1.8e308',
};

/** A new one forgets every answer in every browser: raise it where the text below, or the form of what is kept, changes. */
const TRAVEL_KEY_VERSION = 1;

/** The text that a browser signs with a person's own key, to find an answer. The first line has no line break, so no other three give the same text. */
export const travelKeyText = ({
  routerOrigin,
  feature,
  text,
}: {
  routerOrigin: string;
  /** '' where neither the page nor the router has named one. */
  feature: string;
  /** The text that `answerText` gives. */
  text: string;
}): string => `${JSON.stringify([TRAVEL_KEY_VERSION, routerOrigin, feature])}\n${text}`;

/** The question's text, or which field has none. */
export function answerText(chat: ChatRequest): AnswerText {
  const question = countedFields(chat);
  try {
    return { ok: true, text: canonicalJson(question) };
  } catch (error) {
    if (!(error instanceof Uncanonical)) throw error;
    const { reason } = error;
    return { ok: false, reason, param: whereOf(question), message: MESSAGES[reason] };
  }
}

/** The same without the words of a refusal, which a browser does not need. Undefined for a question that the router refuses. */
export function answerTextOrNone(chat: ChatRequest): string | undefined {
  try {
    return canonicalJson(countedFields(chat));
  } catch (error) {
    if (error instanceof Uncanonical) return undefined;
    throw error;
  }
}

/** A field that `ChatRequest` gains counts until somebody says here that it does not: a needless miss harms nobody. */
function countedFields(chat: ChatRequest): Record<string, unknown> {
  const { stream, includeUsage, user, metadata, strippedFields, rest, messages, ...counted } = chat;
  const others = Object.keys(rest).filter((name) => mayChangeAnswer(name, rest[name]));
  const question: Record<string, unknown> = { ...counted, messages: messages.map(withoutNull) };
  // Apart, so that no unknown field can pass for a known one.
  if (others.length > 0) question.rest = Object.fromEntries(others.map((name) => [name, rest[name]]));
  return question;
}

/** Whether it has fields for the provider that the key leaves out. */
export const hasUncounted = ({ rest }: ChatRequest): boolean =>
  Object.keys(rest).some((name) => !mayChangeAnswer(name, rest[name]));

/** Storage, billing and abuse control at the provider: the answer is the same with them. A `service_tier` that was chosen counts. */
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

/** Null is "not given"; `parseMessages` leaves it only here. */
function withoutNull(message: ChatMessage): ChatMessage {
  if (message.content !== null) return message;
  const { content, ...others } = message;
  return others;
}

/** The first field that has no canonical form: `tools`, `messages[3]`, `stop`. */
function whereOf({ messages, rest = {}, ...fields }: Record<string, unknown>): string {
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

/** Free-form parts may have 200 levels (`parse-problem.ts`); this is above all that `parseChat` lets through. */
const DEEPEST = 256;
/** The depth at which a field of `rest` lies. */
const TOP_LEVELS = 2;
/** With the `u` flag a whole pair is one character, so only halves match. */
const LONE_SURROGATE = /\p{Cs}/u;

/** RFC 8785, and numbers that a double cannot hold: no white space, names in the order of their UTF-16 units. Throws `Uncanonical`. */
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
