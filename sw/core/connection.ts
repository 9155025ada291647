import type { Connection } from '../../protocol/travel-messages.ts';

/** `isReached`: whether the last thing that was asked of the router brought an answer of the router itself, a refusal included. */
export function connectionOf({ isOnline, isReached }: { isOnline: boolean; isReached: boolean }): Connection {
  // The flag is known to say "online" wrongly, never "offline" while an answer comes.
  if (isReached) return 'online';
  return isOnline ? 'unreachable' : 'offline';
}
