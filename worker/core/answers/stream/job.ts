/** What a run needs, as JSON: config is found again by name, so that no key of a provider travels. */
import type { ChatRequest } from '../../../../protocol/chat.ts';
import type { DoorName } from '../../../../protocol/question.ts';
import type { Identity } from '../../identity/identity.ts';
import type { AliasLists } from '../../routing/overrides.ts';
import type { Route } from '../../routing/route.ts';
import type { AnswerHead } from '../answer-head.ts';
import type { CacheWish } from '../cache-wish.ts';
import type { RunEvent } from './events.ts';

/** A request on its way to the object that runs it. */
export interface Job {
  requestId: string;
  /** When its request arrived at the Worker. */
  arrivedAt: number;
  /** Its caller's, checked; left out where there is none. */
  traceparent?: string;
  identity: Identity;
  user: string | null;
  /** The inbound format of its request. */
  door: DoorName;
  feature: string;
  alias: string;
  /** Left out where nothing is set for it. */
  route?: Route;
  /** Left out where config's own deployments serve. */
  lists?: AliasLists;
  chat: ChatRequest;
  cache: CacheWish;
  /** A fresh copy, to be kept for a reader who may resume it; no provider is asked. */
  copy?: CachedAnswer;
}

/** An answer out of the cache, in the form of a run. */
export interface CachedAnswer {
  head: AnswerHead;
  event: RunEvent;
}
