/** What follows an answer of the router, behind the page's back and with the credential of its request. */
import type { Asked } from './asked.ts';
import { clockOffsetMs, type Exchange } from './core/clock.ts';
import { credentialOf } from './features.ts';
import type { Shell } from './shell.ts';

/** `isBack`: the router did not answer before. */
export async function afterAnswer(shell: Shell, asked: Asked, exchange: Exchange, isBack: boolean): Promise<void> {
  const { store, features, reports, outbox } = shell;
  const { person, request } = asked;
  const known = await store.clockOffsetMs();
  const told = clockOffsetMs(known, exchange);
  if (told !== known) await store.setClockOffsetMs(told);
  if (isBack) await outbox.flush();
  if (person === null) return;
  await features.refresh(person, async () => credentialOf(request.headers));
  await reports.sendBehind(person, request.headers);
}
