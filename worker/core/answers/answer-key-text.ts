import { type AnswerText, answerText } from '../../../protocol/answer-key.ts';
import type { ChatRequest } from '../../../protocol/chat.ts';
import type { CachePolicy, Normalize } from './cache-policy.ts';
import { isTooLongToNormalize, normalizedChat } from './normalize.ts';

/** Raise this number when the text below or the form of stored answers changes. That makes all cached answers unreachable. */
const KEY_VERSION = 2;

/** Everything that distinguishes one question from another. */
export interface Question {
  chat: ChatRequest;
  tenant: string;
  user: string | null;
  feature: string;
  /** The generation of this tenant and feature. Raising it makes their cached answers unreachable. */
  generation: number;
  policy: Pick<CachePolicy, 'scope' | 'normalize' | 'schemaVersion'>;
}

/**
 * The text of the answer key. An answer is found by its SHA-256. Returns undefined if the answer can be neither cached nor shared:
 * in scope `user` without a user, because callers cannot be told apart, and if the question is too long for config's patterns. The
 * first line is JSON, which contains no line break, so different tuples never give the same text.
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

/** Part of the key, because two questions that were equal under earlier rules may differ under these. */
const rulesOf = ({ collapseWhiteSpace, foldCase, ignore }: Normalize): unknown[] => [
  collapseWhiteSpace,
  foldCase,
  ...ignore.map(({ source }) => source),
];
