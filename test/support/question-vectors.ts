/** What pages may send, and the question that router and browser must both read in it. */
import { readFileSync } from 'node:fs';
import type { DoorName } from '../../protocol/question.ts';

export interface QuestionVector {
  name: string;
  door: DoorName;
  headers: Record<string, string>;
  body: string;
  feature: string;
  text: string;
  /** The key under which a browser with `signKey` keeps the answer: HMAC-SHA-256, in hex. */
  travelKey: string;
}

export const questionVectors = JSON.parse(
  readFileSync(new URL('../fixtures/answer-keys/questions.json', import.meta.url), 'utf8'),
) as {
  routerOrigin: string;
  /** In hex. A browser's own is random and never leaves it. */
  signKey: string;
  default: string;
  aliases: Record<string, string>;
  questions: QuestionVector[];
};
