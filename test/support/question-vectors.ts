/** Requests that pages may send, and the question that router and browser must both read from each. */
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
  /** The key in hex. A browser's own key is random and never leaves the browser. */
  signKey: string;
  default: string;
  aliases: Record<string, string>;
  questions: QuestionVector[];
};
