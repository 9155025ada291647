/** Background work after an answer of the router. The page does not see it, and it uses the credential of the page's request. */
import type { AskedQuestion } from './asked-question.ts';
import type { Exchange } from './core/clock.ts';
import { credentialOf } from './features.ts';
import { learnClock } from './learn-clock.ts';
import type { TravelWorker } from './travel-worker.ts';

/** `isBack`: true if the router did not answer before this exchange. */
export async function afterAnswer(
  worker: TravelWorker,
  asked: AskedQuestion,
  exchange: Exchange,
  isBack: boolean,
): Promise<void> {
  const { features, reports, outbox } = worker;
  const { person, request } = asked;
  await learnClock(worker, exchange);
  if (isBack) await outbox.flush();
  if (person === null) return;
  await features.refresh(person, async () => credentialOf(request.headers));
  await reports.sendBehind(person, request.headers);
}
