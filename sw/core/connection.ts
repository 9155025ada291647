import type { Connection } from '../../protocol/travel-messages.ts';

/** `isReached`: whether the last request got an answer from the router itself, a refusal included. */
export function connectionOf({ isOnline, isReached }: { isOnline: boolean; isReached: boolean }): Connection {
  // The browser's flag may wrongly say "online", but it never says "offline" while an answer comes.
  if (isReached) return 'online';
  return isOnline ? 'unreachable' : 'offline';
}
