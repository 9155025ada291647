import { hash } from 'node:crypto';
import fc from 'fast-check';
import { expect } from 'vitest';
import { answerText } from '../../../../protocol/answer-key.ts';
import { parseChat } from '../../../../protocol/parse-chat.ts';
import { bodyOf, type Chance, chanceOf, changed, type Json } from './bodies.ts';
import { leavesOf } from './oracle.ts';
import { rewritten } from './rewriting.ts';

const FAMILY = 100;
/** How many of a family are the same body in another notation. */
const REWRITTEN = 20;

function keyOf(body: unknown): string {
  const parsed = parseChat(body);
  if (!parsed.ok) throw new Error(`not a body that may be asked: ${parsed.param} ${parsed.message}`);
  const answer = answerText(parsed.chat);
  if (!answer.ok) throw new Error(`not canonical: ${answer.param} ${answer.message}`);
  return hash('sha256', answer.text, 'base64url');
}

/** The given number of keys, in families of similar questions: two keys are equal exactly if the oracle's leaves are. */
export function checkKeys(keys: number): void {
  const keyOfLeaves = new Map<string, string>();
  const seen = new Set<string>();
  let changes = 0;
  const check = (body: Json, key: string): void => {
    const leaves = hash('sha256', leavesOf(body), 'base64url');
    const known = keyOfLeaves.get(leaves);
    if (known === undefined) {
      // A different meaning with a known key would be answered with another question's answer.
      if (seen.has(key)) throw new Error(`two questions, one key: ${JSON.stringify(body)}`);
      keyOfLeaves.set(leaves, key);
      seen.add(key);
      changes++;
    } else if (known !== key) throw new Error(`one question, two keys: ${JSON.stringify(body)}`);
  };
  const family = (chance: Chance): void => {
    const first = bodyOf(chance);
    const key = keyOf(first);
    check(first, key);
    for (let count = 0; count < REWRITTEN; count++) {
      const text = rewritten(first, chance);
      if (keyOf(JSON.parse(text)) !== key) throw new Error(`the same, written again, has another key: ${text}`);
    }
    let body = first;
    for (let count = REWRITTEN + 1; count < FAMILY; count++) {
      body = changed(count % 10 === 0 ? first : body, chance);
      check(body, keyOf(body));
    }
  };
  fc.assert(
    fc.property(fc.integer(), (seed) => family(chanceOf(seed))),
    { numRuns: keys / FAMILY, endOnFailure: true },
  );
  // It really tested something: most changes ask something else.
  expect(changes).toBeGreaterThan(keys / 4);
}
