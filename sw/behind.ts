/** Background work after an answer of the router. The page does not see it, and it uses the credential of the page's request. */
import type { Asked } from './asked.ts';
import type { Exchange } from './core/clock.ts';
import { credentialOf } from './features.ts';
import { learnClock } from './learn-clock.ts';
import type { Shell } from './shell.ts';

/** `isBack`: true if the router did not answer before this exchange. */
export async function afterAnswer(shell: Shell, asked: Asked, exchange: Exchange, isBack: boolean): Promise<void> {
  const { features, reports, outbox } = shell;
  const { person, request } = asked;
  await learnClock(shell, exchange);
  if (isBack) await outbox.flush();
  if (person === null) return;
  await features.refresh(person, async () => credentialOf(request.headers));
  await reports.sendBehind(person, request.headers);
}
