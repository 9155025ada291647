import type { Door } from '../../protocol/question.ts';

const DOORS: Readonly<Record<string, Door>> = {
  '/ai': 'ai',
  '/v1/chat/completions': 'chat-completions',
  '/chat/completions': 'chat-completions',
};

/** Through which door of the router a request asks; undefined for every request that is none of travel mode's. */
export function travelDoor(
  method: string,
  { origin, pathname }: { origin: string; pathname: string },
  routerOrigin: string,
): Door | undefined {
  if (method !== 'POST' || origin !== routerOrigin) return undefined;
  return Object.hasOwn(DOORS, pathname) ? DOORS[pathname] : undefined;
}
