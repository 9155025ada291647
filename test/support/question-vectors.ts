/** What pages may send, and the question that router and browser both see in it. */
import { readFileSync } from 'node:fs';
import type { Door } from '../../protocol/question.ts';

export interface QuestionVector {
  name: string;
  door: Door;
  headers: Record<string, string>;
  body: string;
  feature: string;
  text: string;
  /** SHA-256 of the text that a browser signs. */
  travelSha256: string;
}

export const questionVectors = JSON.parse(
  readFileSync(new URL('../fixtures/answer-keys/questions.json', import.meta.url), 'utf8'),
) as { routerOrigin: string; default: string; aliases: Record<string, string>; questions: QuestionVector[] };
