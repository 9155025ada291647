/** What the worker learns from asking the router, whatever the answer is: whether it is there, what time it has, which keys are over. */
import type { Asked } from './asked.ts';
import { endsKey, errorCodeOf, isKeyRefusal } from './core/asking.ts';
import { clockOffsetMs } from './core/clock.ts';
import { connectionOf } from './core/connection.ts';
import { forgetKey, live } from './live.ts';
import type { Sent } from './send.ts';
import type { Shell } from './shell.ts';

export function noteConnection({ tabs, rim }: Pick<Shell, 'tabs' | 'rim'>, isReached: boolean): void {
  tabs.connection = connectionOf({ isOnline: rim.isOnline(), isReached });
}

export async function noteSent(shell: Shell, sent: Sent, sentAt: number): Promise<void> {
  if (sent.kind === 'left') return;
  noteConnection(shell, sent.kind !== 'failed');
  if (sent.kind === 'failed') return;
  const { store, rim } = shell;
  const date = sent.response.headers.get('date');
  const receivedAt = rim.now();
  const known = await store.clockOffsetMs();
  const told = clockOffsetMs(known, { sentAt, receivedAt, date });
  if (told !== known) await store.setClockOffsetMs(told);
}

/** A refusal as the page reads it. One that stays with the key is read here first. */
export async function refused(shell: Shell, asked: Asked, response: Response): Promise<Response> {
  if (!isKeyRefusal(response.status)) return live(response, response.body);
  const text = await response.text();
  if (endsKey(errorCodeOf(text))) await forgetKey(shell, asked);
  return live(response, text);
}
