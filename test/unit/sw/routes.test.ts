import { expect, it } from 'vitest';
import { travelDoor } from '../../../sw/core/routes.ts';

const ROUTER = 'https://router.example';
const doorOf = (method: string, url: string) => travelDoor(method, new URL(url), ROUTER);

it.each([
  ['POST', `${ROUTER}/ai`, 'ai'],
  ['POST', `${ROUTER}/ai?x=1#y`, 'ai'],
  ['POST', `${ROUTER}/v1/chat/completions`, 'chat-completions'],
  ['POST', `${ROUTER}/chat/completions`, 'chat-completions'],
  ['GET', `${ROUTER}/ai`, undefined],
  ['DELETE', `${ROUTER}/ai`, undefined],
  ['POST', `${ROUTER}/ai/`, undefined],
  ['POST', `${ROUTER}//ai`, undefined],
  ['POST', `${ROUTER}/AI`, undefined],
  ['POST', `${ROUTER}/ai/reports`, undefined],
  ['GET', `${ROUTER}/ai/streams/x`, undefined],
  ['POST', `${ROUTER}/v1/tokens`, undefined],
  ['POST', `${ROUTER}/v2/chat/completions`, undefined],
  ['POST', 'http://router.example/ai', undefined],
  ['POST', `${ROUTER}:8443/ai`, undefined],
  ['POST', 'https://router.example.evil.example/ai', undefined],
  ['POST', 'https://page.example/ai', undefined],
])('%s %s is %s', (method, url, door) => {
  expect(doorOf(method, url)).toBe(door);
});
