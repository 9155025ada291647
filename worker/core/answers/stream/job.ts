/** What a run needs, as JSON. Config's entries are looked up again by name, so no provider's key is ever sent. */
import type { ChatRequest } from '../../../../protocol/chat.ts';
import type { DoorName } from '../../../../protocol/question.ts';
import type { Identity } from '../../identity/identity.ts';
import type { AliasLists } from '../../routing/overrides.ts';
import type { Route } from '../../routing/route.ts';
import type { AnswerHead } from '../answer-head.ts';
import type { CacheDirective } from '../cache-directive.ts';
import type { RunEvent } from './events.ts';

/** A request on its way to the object that runs it. */
export interface Job {
  requestId: string;
  /** When the request arrived at the Worker. */
  arrivedAt: number;
  /** The caller's `traceparent`, checked. Left out if there is none. */
  traceparent?: string;
  identity: Identity;
  user: string | null;
  /** The inbound format of the request. */
  door: DoorName;
  feature: string;
  alias: string;
  /** Left out if nothing is set for this request. */
  route?: Route;
  /** Left out if config's own deployments serve. */
  lists?: AliasLists;
  chat: ChatRequest;
  cache: CacheDirective;
  /** A fresh copy from the cache, to be kept for a reader that may resume it. With a copy, no provider is asked. */
  copy?: CachedAnswer;
}

/** An answer from the cache, in the form that a run produces. */
export interface CachedAnswer {
  head: AnswerHead;
  event: RunEvent;
}
