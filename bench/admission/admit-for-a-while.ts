import type { Measured } from '../../worker/core/pricing/bill.ts';
import { admit, coverAttempt } from '../../worker/pipeline/admit.ts';
import { type RoutedRequest, readRequest } from '../../worker/pipeline/ask.ts';
import { identify } from '../../worker/pipeline/identify.ts';
import { settleOnce } from '../../worker/pipeline/meter.ts';
import type { Begun } from '../../worker/pipeline/produce.ts';
import { Timing } from '../../worker/pipeline/request-context.ts';
import type { Background, Deps } from '../../worker/ports.ts';

/** `?users=&perSecond=&ms=`, the body and headers those of a chat request. */
export const ADMIT_PATH = '/__bench/admit';

export interface AdmittedForAWhile {
  admitted: number;
  tookMs: number;
}

/** What arrived since the last tick is admitted at the next, and settled at the one after it, as if the provider took so long. */
const TICK_MS = 1;

/** What an answer of some 130 tokens used. */
const MEASURED: Measured = {
  usage: { inputTokens: 250, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 130, reasoningTokens: 0 },
  isFinal: true,
  made: { textBytes: 0, chunks: 0 },
};

/** Nobody reads it: what is booked is measured above. */
const NO_ANSWER: Begun['answer'] = {
  kind: 'reply',
  reply: { ok: true, body: '', model: undefined, usage: undefined, textBytes: 0 },
};

/** The steps of a request's money and no other: admit, cover the attempt, settle; so many a second, for `ms`. The requests are
 * read once, before; the ledger is asked and told as ever. */
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
    settling.push(settle(answered));
    answered = [];
    const due = Math.floor((clock.now() - beganAt) * perMs) - admitted;
    for (let one = 0; one < due; one += 1)
      answered.push(admitOne(asks[admitted++ % asks.length] as RoutedRequest, deps, aside));
  }
  await settle(answered);
  const tookMs = clock.now() - beganAt;
  await Promise.all(settling);
  return Response.json({ admitted, tookMs } satisfies AdmittedForAWhile);
}

/** Its settlement, for when the answer has come. */
async function admitOne(ask: RoutedRequest, deps: Deps, background: Background): Promise<() => void> {
  const now = deps.clock.now();
  const timing = new Timing(deps.clock, now);
  const scope = { requestId: 'bench', arrivedAt: now, background, gone: undefined, timing };
  const admission = await admit(ask, deps, scope);
  const refused = admission.ok ? await coverAttempt(admission, false, ask, deps) : admission.error;
  if (!admission.ok || refused !== undefined) throw new Error(`not admitted: ${refused?.code}`);
  const [deployment] = ask.alias.deployments;
  if (deployment === undefined) throw new Error(`${ask.alias.name} has no deployment`);
  deps.board.enter(deployment);
  const begun: Begun = { ask, admission, deployment, startedAt: now, answer: NO_ANSWER };
  const settle = settleOnce(begun, deps, scope);
  return () => settle('complete', MEASURED);
}

/** The request as each of so many users would send it; of one, as it came. */
async function readAsks(request: Request, users: number, deps: Deps): Promise<RoutedRequest[]> {
  const identified = await identify(request, deps, () => {});
  if (!identified.ok) throw new Error(identified.error.code);
  const body = await request.text();
  const asks: RoutedRequest[] = [];
  for (let user = 0; user < users; user += 1) {
    const headers = new Headers(request.headers);
    if (users > 1) headers.set('x-carryon-user', `user-${user}`);
    const sent = new Request(request.url, { method: 'POST', headers, body });
    const asked = await readRequest(sent, 'chat-completions', identified.identity, deps, () => {});
    if (!asked.ok) throw new Error(asked.error.code);
    asks.push(asked.ask);
  }
  return asks;
}
