import type { Measured } from '../../worker/core/pricing/bill.ts';
import { admit, coverAttempt } from '../../worker/pipeline/admit.ts';
import { readRequest } from '../../worker/pipeline/ask.ts';
import { identify } from '../../worker/pipeline/identify.ts';
import { settle } from '../../worker/pipeline/meter.ts';
import type { BegunOutcome } from '../../worker/pipeline/outcome.ts';
import { newTrail, type RoutedRequest } from '../../worker/pipeline/request.ts';
import type { Background, Deps } from '../../worker/ports.ts';
import { Timing } from '../../worker/response/server-timing.ts';

/** The path of the admission run. It takes `?users=&perSecond=&ms=`, and the body and headers of a chat request. */
export const ADMIT_PATH = '/__bench/admit';

export interface AdmittedForAWhile {
  admitted: number;
  tookMs: number;
}

/** Requests that are due are admitted at the next tick and settled one tick later, as if the provider took that long. */
const TICK_MS = 1;
/** A limit, because on a busy machine a backlog would exceed the number of timers that the runtime allows a request. */
const MOST_A_TICK = 100;

/** The usage of an answer of about 130 tokens. */
const MEASURED: Measured = {
  usage: { inputTokens: 250, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 130, reasoningTokens: 0 },
  isFinal: true,
  made: { textBytes: 0, chunks: 0 },
};

/** This answer is never read, because the usage above gets booked. */
const NO_ANSWER: BegunOutcome['answer'] = {
  kind: 'reply',
  reply: { ok: true, body: '', model: undefined, usage: undefined, textBytes: 0, finishReason: 'stop' },
};

/** Runs only the money steps of a request (admit, cover the attempt, settle), `perSecond` times a second for `ms`. The requests are read
 * once, beforehand. The ledger is called as usual. */
export async function admitForAWhile(request: Request, deps: Deps, background: Background): Promise<Response> {
  const { clock } = deps;
  const { searchParams } = new URL(request.url);
  const figure = (name: string) => Number(searchParams.get(name));
  const asks = await readAsks(request, figure('users'), deps);
  const [beganAt, perMs] = [clock.now(), figure('perSecond') / 1_000];
  const settling: Promise<unknown>[] = [];
  const aside: Background = (work) => {
    background(work);
    settling.push(work);
  };
  let admitted = 0;
  let answered: Promise<() => void>[] = [];
  const settle = async (ended: Promise<() => void>[]) => {
    for (const settleOne of await Promise.all(ended)) settleOne();
  };
  for (let now = beganAt; now < beganAt + figure('ms'); now = clock.now()) {
    await new Promise<void>((resume) => void clock.after(TICK_MS, resume));
    await settle(answered);
    answered = [];
    const due = Math.min(Math.floor((clock.now() - beganAt) * perMs) - admitted, MOST_A_TICK);
    for (let one = 0; one < due; one += 1)
      answered.push(admitOne(asks[admitted++ % asks.length] as RoutedRequest, deps, aside));
  }
  await settle(answered);
  const tookMs = clock.now() - beganAt;
  await Promise.all(settling);
  return Response.json({ admitted, tookMs } satisfies AdmittedForAWhile);
}

/** Admits one request. Returns the function that settles it, to be called when the answer has come. */
async function admitOne(ask: RoutedRequest, deps: Deps, background: Background): Promise<() => void> {
  const now = deps.clock.now();
  const timing = new Timing(deps.clock, now);
  const context = {
    requestId: 'bench',
    arrivedAt: now,
    background,
    colo: null,
    traceparent: null,
    namedFeature: null,
    gone: undefined,
    timing,
  };
  const admission = await admit(ask, deps, context);
  const refused = admission.ok ? await coverAttempt(admission, false, ask, deps) : admission.error;
  if (!admission.ok || refused !== undefined) throw new Error(`not admitted: ${refused?.code}`);
  const [deployment] = ask.alias.deployments;
  if (deployment === undefined) throw new Error(`${ask.alias.name} has no deployment`);
  const trail = newTrail('normal');
  deps.board.enter(deployment, trail);
  const begun: BegunOutcome = {
    kind: 'begun',
    request: ask,
    admission,
    deployment,
    startedAt: now,
    answer: NO_ANSWER,
    trail,
  };
  return () => settle(begun, 'complete', MEASURED, deps, context);
}

/** The request as each user would send it. With one user it stays as it came. */
async function readAsks(request: Request, users: number, deps: Deps): Promise<RoutedRequest[]> {
  const identified = await identify(request, deps, () => {});
  if (!identified.ok) throw new Error(identified.error.code);
  const body = await request.text();
  const asks: RoutedRequest[] = [];
  for (let user = 0; user < users; user += 1) {
    const headers = new Headers(request.headers);
    if (users > 1) headers.set('x-carryon-user', `user-${user}`);
    const sent = new Request(request.url, { method: 'POST', headers, body });
    const asked = await readRequest(sent, 'chat-completions', identified.value, deps, { background: () => {} });
    if (!asked.ok) throw new Error(asked.error.code);
    asks.push(asked.value);
  }
  return asks;
}
