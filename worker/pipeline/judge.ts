/**
 * Asks a model to rate an answer, behind the response, if the answer is in the sample (docs/judge.md). The call goes through `produce`
 * and is paid from the judge's own ledger. It has no record and is not cached. Neither the question nor the answer is kept.
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
import type { BegunOutcome } from './outcome.ts';
import { produce } from './produce.ts';
import type { RequestContext, RoutedRequest } from './request.ts';

/** The platform ends work 30 s after the response. Within that time the verdict must also reach the book. */
const LONGEST_MS = 25_000;
const LONGEST_CALL_MS = 15_000;

/** Collects an answer of the sample while it passes to the client. */
export interface JudgedAnswer {
  /** The chunks of a stream. */
  add(chunks: readonly Chunk[]): void;
  /** The answer is complete. `body` is the whole answer as JSON in OpenAI's form; it is left out for a stream. */
  complete(body?: string): void;
}

/**
 * Returns undefined if the answer is not judged: it is not in the sample, it was made for a drill or under a bypass, several choices
 * were asked for, or the conversation holds more than text.
 */
export function judgedAnswer({ request }: BegunOutcome, deps: Deps, context: RequestContext): JudgedAnswer | undefined {
  const { judging } = deps;
  if (judging === undefined) return undefined;
  const { identity, feature, route, chat } = request;
  const isSampled = isJudged({ requestId: context.requestId, feature: feature.name }, judging.judge);
  if (!isSampled || identity.drill !== undefined || !isOrdinary(route) || (chat.n ?? 1) > 1) return undefined;
  const conversation = conversationText(chat.messages);
  if (conversation === undefined) return undefined;
  return new Collected({ conversation, tenant: identity.tenant, judging, deps, context });
}

/** Everything that judging an answer needs besides the answer. */
interface About {
  conversation: string;
  tenant: string;
  judging: Judging;
  deps: Deps;
  context: RequestContext;
}

class Collected implements JudgedAnswer {
  readonly #streamed = new StreamedCompletion();
  /** The length of chunks that may still be collected. Chunks repeat their JSON frame, so they are several times as long as their text. */
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
        // The client gets the chunk as it is, but it cannot be parsed, for example because its objects are nested too deep.
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

/** Judges an answer behind the response. It never rejects: an answer that cannot be judged is only counted. */
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
    const verdict = chat && (await askJudge(chat, judging.judge, deps, background, abort.signal));
    if (verdict === undefined || !(await judging.tell({ requestId, tenant, ...verdict }, until))) judging.drop();
  } catch {
    judging.drop();
  } finally {
    stopTimer();
    judging.leave(about);
  }
}

/** Returns undefined if there is no verdict: no budget, no provider, no time, or a reply that is not a verdict. */
async function askJudge(
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

/** Returns the same object each time, because the isolate looks up what it holds of the ledger by object identity. */
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
