/**
 * Behind an answer: where it is one of the sample, a model is asked what it thinks of it (docs/judge.md). The call goes through
 * `produce` on the judge's own ledger; it has no record, and nothing of it is cached. Neither question nor answer is kept.
 */
import type { ChatChunk, ChatRequest } from '../../protocol/chat.ts';
import { StreamedCompletion } from '../../protocol/completion-of-stream.ts';
import type { Feature } from '../core/config/config.ts';
import { isOrdinary, PLAIN_ROUTE } from '../core/routing/route.ts';
import { isJudged, JUDGE_IDENTITY, JUDGE_TENANT, type Judge } from '../core/slo/judge/judge.ts';
import { conversationText, judgeQuestion, LONGEST_JUDGED } from '../core/slo/judge/judge-question.ts';
import { answerText, readVerdict, type Verdict } from '../core/slo/judge/verdict.ts';
import type { Deps, Judging } from '../ports.ts';
import { Timing } from '../response/server-timing.ts';
import type { Chunk } from '../upstream/answer-so-far.ts';
import { measuredReply, settle } from './meter.ts';
import type { Begun } from './outcome.ts';
import { produce } from './produce.ts';
import type { RequestContext, RoutedRequest } from './request.ts';

/** The platform ends work 30 s after the response; what is judged by then has to reach the book as well. */
const LONGEST_MS = 25_000;
const LONGEST_CALL_MS = 15_000;

/** An answer of the sample while it passes. */
export interface JudgedAnswer {
  /** The chunks of a stream. */
  add(chunks: readonly Chunk[]): void;
  /** It is complete. `body`: in one piece, as JSON in OpenAI's form; left out where it was a stream. */
  complete(body?: string): void;
}

/** Undefined where the answer is not to be judged: not in the sample, made by a drill or a bypass, or about more than text. */
export function judgedAnswer({ request }: Begun, deps: Deps, context: RequestContext): JudgedAnswer | undefined {
  const { judging } = deps;
  if (judging === undefined) return undefined;
  const { identity, feature, route, chat } = request;
  const isSampled = isJudged({ requestId: context.requestId, feature: feature.name }, judging.judge);
  if (!isSampled || identity.drill !== undefined || !isOrdinary(route) || (chat.n ?? 1) > 1) return undefined;
  const conversation = conversationText(chat.messages);
  if (conversation === undefined) return undefined;
  return new Collected({ conversation, tenant: identity.tenant, judging, deps, context });
}

/** All that judging an answer needs beside the answer. */
interface About {
  conversation: string;
  tenant: string;
  judging: Judging;
  deps: Deps;
  context: RequestContext;
}

class Collected implements JudgedAnswer {
  readonly #streamed = new StreamedCompletion();
  /** Chunks repeat what frames them, so they are several times as long as what they say. */
  #lengthLeft = LONGEST_JUDGED * 16;
  readonly #about: About;

  constructor(about: About) {
    this.#about = about;
  }

  add(chunks: readonly Chunk[]): void {
    for (const { data } of chunks) {
      this.#lengthLeft -= data.length;
      if (this.#lengthLeft < 0) return;
      try {
        this.#streamed.add(JSON.parse(data) as ChatChunk);
      } catch {
        // Its reader gets what nobody else can read, such as thousands of objects inside each other.
        this.#lengthLeft = -1;
      }
    }
  }

  complete(body?: string): void {
    const { judging, context } = this.#about;
    if (this.#lengthLeft < 0) {
      judging.drop();
      return;
    }
    const answer = answerText(body === undefined ? this.#streamed.whole() : JSON.parse(body));
    if (answer === undefined) return;
    context.background(judgeBehind(this.#about, answer));
  }
}

/** Never rejects: an answer that cannot be judged is counted, and that is all. */
async function judgeBehind(about: About, answer: string): Promise<void> {
  const { conversation, tenant, judging, deps, context } = about;
  const { clock } = deps;
  const { requestId, background } = context;
  const until = clock.now() + LONGEST_MS;
  if (!judging.enter(about)) {
    judging.drop();
    return;
  }
  const abort = new AbortController();
  const stopTimer = clock.after(LONGEST_CALL_MS, () => abort.abort());
  try {
    const mark = deps.newId(clock.now()).slice(-12);
    const chat = judgeQuestion(conversation, answer, judging.judge, mark);
    const verdict = chat && (await ask(chat, judging.judge, deps, background, abort.signal));
    if (verdict === undefined || !(await judging.tell({ requestId, tenant, ...verdict }, until))) judging.drop();
  } catch {
    judging.drop();
  } finally {
    stopTimer();
    judging.leave(about);
  }
}

/** Undefined where there is no verdict: no budget, no provider, no time, or words instead of one. */
async function ask(
  chat: ChatRequest,
  judge: Judge,
  deps: Deps,
  background: RequestContext['background'],
  gone: AbortSignal,
): Promise<Verdict | undefined> {
  const alias = deps.config.aliases.get(judge.alias);
  if (alias === undefined) return undefined;
  const now = deps.clock.now();
  const request: RoutedRequest = {
    ...{ door: 'chat-completions', identity: JUDGE_IDENTITY, feature: featureOf(judge), user: null, alias, chat },
    ...{ safeguardAlias: undefined, route: PLAIN_ROUTE, lists: undefined, cache: 'no-store' },
    ...{ keyed: undefined, resume: null, promptVersion: null },
  };
  const context: RequestContext = {
    ...{ requestId: deps.newId(now), arrivedAt: now, background, gone, timing: new Timing(deps.clock, now) },
    ...{ colo: null, traceparent: null, namedFeature: null },
  };
  const outcome = await produce(request, deps, context);
  if (outcome.kind !== 'begun') return undefined;
  const { answer } = outcome;
  if (answer.kind !== 'reply') throw new Error('the judge was asked for an answer in one piece');
  settle(outcome, 'complete', measuredReply(answer.reply), deps, context);
  const text = answerText(JSON.parse(answer.reply.body));
  return text === undefined ? undefined : readVerdict(text, judge.rubrics);
}

const features = new WeakMap<Judge, Feature>();

/** The same object each time, because what this isolate holds of the ledger is found by its identity. */
function featureOf(judge: Judge): Feature {
  const { alias, maxOutputTokens } = judge;
  const known = features.get(judge);
  if (known !== undefined) return known;
  const caps = { maxInputTokens: undefined, maxOutputTokens, defaultMaxOutputTokens: maxOutputTokens };
  const made: Feature = {
    ...{ name: JUDGE_TENANT, alias, caps: { ...caps, maxCostMicroUsd: undefined }, safeguard: undefined, limits: {} },
    ...{ resume: false, promptCache: false, travelTtlSeconds: 0, cache: undefined },
  };
  features.set(judge, made);
  return made;
}
