import { type AnswerText, answerText } from '../../../protocol/answer-key.ts';
import type { ChatRequest } from '../../../protocol/chat.ts';
import type { CachePolicy, Normalize } from './cache-policy.ts';
import { isTooLongToNormalize, normalizedChat } from './normalize.ts';

/** Raise it when the text below or the form of stored answers changes: all cached answers are then forgotten. */
const KEY_VERSION = 2;

/** What tells one question from another. */
export interface Question {
  chat: ChatRequest;
  tenant: string;
  user: string | null;
  feature: string;
  /** The generation of this tenant and feature; raising it forgets their answers. */
  generation: number;
  policy: Pick<CachePolicy, 'scope' | 'normalize' | 'schemaVersion'>;
}

/**
 * The text whose SHA-256 finds an answer. Undefined if the request neither caches nor shares: scope `user` without a user, because
 * callers cannot be told apart, or a question too long for config's patterns. The first line is JSON, which has no line break, so
 * no two tuples give the same text.
 */
export function answerKeyText({ chat, tenant, user, feature, generation, policy }: Question): AnswerText | undefined {
  const { scope, normalize, schemaVersion } = policy;
  if ((scope === 'user' && !user) || isTooLongToNormalize(chat, normalize)) return undefined;
  const question = answerText(normalizedChat(chat, normalize));
  if (!question.ok) return question;
  const owner = scope === 'user' ? user : null;
  const head = [KEY_VERSION, tenant, owner, feature, generation, schemaVersion, rulesOf(normalize)];
  return { ok: true, text: `${JSON.stringify(head)}\n${question.text}` };
}

/** Under other rules, two questions may have been equal that differ now. */
const rulesOf = ({ collapseWhiteSpace, foldCase, ignore }: Normalize): unknown[] => [
  collapseWhiteSpace,
  foldCase,
  ...ignore.map(({ source }) => source),
];
