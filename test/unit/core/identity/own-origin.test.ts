import { expect, it } from 'vitest';
import { isOwnOrigin } from '../../../../worker/core/identity/own-origin.ts';

it.each([
  ['https://ai.example', 'ai.example', undefined, true],
  ['http://localhost:8787', 'localhost:8787', undefined, true],
  ['https://ai.example', '127.0.0.1:8787', 'https://ai.example', true],
  ['https://app.example', 'ai.example', 'https://ai.example', false],
  ['https://ai.example:444', 'ai.example', undefined, false],
  ['null', null, undefined, false],
])('%s, asked under %s, publicUrl %s: %s', (origin, host, publicUrl, own) => {
  expect(isOwnOrigin(origin, host, publicUrl)).toBe(own);
});
