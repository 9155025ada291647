import { type AnswerText, answerText } from '../../../protocol/answer-key.ts';
import type { ChatRequest } from '../../../protocol/chat.ts';
import type { CachePolicy, Normalize } from './cache-schema.ts';
import { isTooLongToNormalize, normalizedChat } from './normalize.ts';

/** A new one forgets every answer: raise it where the text below, or the form of what is stored, changes. */
const KEY_VERSION = 2;

export interface Question {
  chat: ChatRequest;
  tenant: string;
  user: string | null;
  feature: string;
  /** Of this tenant and feature; raising it forgets their answers. */
  generation: number;
  policy: Pick<CachePolicy, 'scope' | 'normalize' | 'schemaVersion'>;
}

/**
 * The text whose SHA-256 finds an answer. Undefined where the request neither caches nor shares: a `user` scope without a user,
 * where nobody can be told from anybody else, and a question too long for config's patterns. The first line is JSON, which has no line break, so no other tuple gives the same text.
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

/** What was stored under other rules may be the answer to a question that is another one now. */
const rulesOf = ({ collapseWhiteSpace, foldCase, ignore }: Normalize): unknown[] => [
  collapseWhiteSpace,
  foldCase,
  ...ignore.map(({ source }) => source),
];
