import { describe, expect, it } from 'vitest';
import { uuidV7 } from '../../../../../protocol/uuid-v7.ts';
import { KEEP_MS, LONGEST_RUN_MS, STAMPED_AHEAD_MS } from '../../../../../worker/core/answers/stream/limits.ts';
import type { Owner } from '../../../../../worker/core/answers/stream/messages.ts';
import {
  decideAttach,
  decideOpen,
  decideStop,
  type KnownAnswer,
} from '../../../../../worker/core/answers/stream/open.ts';
import {
  afterRestart,
  beginRecord,
  withLease,
  withStartedLease,
} from '../../../../../worker/core/answers/stream/record.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const owner: Owner = { tenant: 'acme', user: 'ana', key: null, visitor: null };
const record = beginRecord({ owner, bodyHash: 'hash', alias: 'app/chat', key: 'k', copy: 'none' }, NOW);
const running: KnownAnswer = { record, lastId: 7, died: false, ended: false };
const ended: KnownAnswer = { ...running, ended: true };
const died: KnownAnswer = { ...ended, died: true };
const opening = { owner, key: 'k', bodyHash: 'hash', lastEventId: null };
const keyAt = (ms: number) => uuidV7(ms, [1, 2, 3]);

const said = (decision: ReturnType<typeof decideOpen>) =>
  decision.do === 'refuse' ? decision.error.code : decision.do === 'attach' ? decision.afterId : decision.do;

describe('open', () => {
  it.each([
    ['a new key', undefined, {}, 'run'],
    ['a new key with last-event-id', undefined, { lastEventId: '0' }, 'stream_not_found'],
    ['a UUIDv7 just young enough', undefined, { key: keyAt(NOW - KEEP_MS + 1) }, 'run'],
    ['one too old', undefined, { key: keyAt(NOW - KEEP_MS) }, 'idempotency_expired'],
    ['one too old, in capitals', undefined, { key: keyAt(NOW - KEEP_MS).toUpperCase() }, 'idempotency_expired'],
    ['one too old that is remembered', ended, { key: keyAt(NOW - KEEP_MS) }, 0],
    ['the same body while it runs', running, {}, 0],
    ['the same body afterwards', ended, {}, 0],
    ['another body', running, { bodyHash: 'other' }, 'idempotency_mismatch'],
    ['another body with last-event-id', ended, { bodyHash: 'other', lastEventId: '1' }, 'idempotency_mismatch'],
    ['another user', running, { owner: { ...owner, user: 'bob' } }, 'stream_not_found'],
    ['nobody', running, { owner: { ...owner, user: null } }, 'stream_not_found'],
    ['another tenant', ended, { owner: { ...owner, tenant: 'evil' } }, 'stream_not_found'],
    ['the rest', running, { lastEventId: '3' }, 3],
    ['what comes next', running, { lastEventId: '7' }, 7],
    ['after an id not sent yet', running, { lastEventId: '8' }, 'stream_not_found'],
    ['after [DONE]', ended, { lastEventId: '8' }, 8],
    ['after an id beyond [DONE]', ended, { lastEventId: '9' }, 'stream_not_found'],
    ['after an id that died unstored', died, { lastEventId: '99' }, 99],
    ['after no id at all', running, { lastEventId: '' }, 'stream_not_found'],
    ['after half an id', running, { lastEventId: '1.5' }, 'stream_not_found'],
    ['only what is known: nothing is', undefined, { onlyKnown: true as const }, 'nothing'],
    ['only what is known, after an event', undefined, { onlyKnown: true as const, lastEventId: '3' }, 'nothing'],
    ['only what is known: it is', running, { onlyKnown: true as const, lastEventId: '3' }, 3],
    [
      'only what is known, with another body',
      ended,
      { onlyKnown: true as const, bodyHash: 'b' },
      'idempotency_mismatch',
    ],
    ['a key in place of a user', running, { owner: { ...owner, user: null, key: 'k1' } }, 'stream_not_found'],
  ])('%s', (_, known, change, expected) => {
    expect(said(decideOpen(known, { ...opening, ...change }, NOW))).toBe(expected);
  });
});

describe('attach and stop', () => {
  const bob = { ...owner, user: 'bob' };

  it.each([
    ['its owner', ended, owner, '2', 2, 'nothing'],
    ['its owner, from the start', running, owner, null, 0, 'stop'],
    ['somebody else', running, bob, '2', 'stream_not_found', 'stream_not_found'],
    ['nobody’s', undefined, owner, null, 'stream_not_found', 'stream_not_found'],
  ])('%s', (_, known, who, lastEventId, attached, stopped) => {
    expect(said(decideAttach(known, { owner: who, lastEventId }))).toBe(attached);
    expect(decideStop(known, { owner: who })).toBe(stopped);
  });
});

describe('what is remembered', () => {
  it('is kept 25 hours after the longest run, and no shorter than its key’s own stamp is young', () => {
    const kept = (key: string) =>
      beginRecord({ owner, bodyHash: 'hash', alias: 'app/chat', key, copy: 'none' }, NOW).keepUntil - NOW - KEEP_MS;
    expect(kept('k')).toBe(LONGEST_RUN_MS);
    expect(kept(keyAt(NOW - 20 * STAMPED_AHEAD_MS))).toBe(LONGEST_RUN_MS);
    expect(kept(keyAt(NOW + STAMPED_AHEAD_MS / 2))).toBe(STAMPED_AHEAD_MS / 2);
    expect(kept(keyAt(NOW + 99 * STAMPED_AHEAD_MS))).toBe(STAMPED_AHEAD_MS);
  });

  it('of a run that died depends on whether a provider was called', () => {
    const waiting = withLease(record, 'a');
    const calling = withLease(withStartedLease(waiting, 'a'), 'b');
    expect(calling.leases).toEqual([
      { leaseId: 'a', started: true },
      { leaseId: 'b', started: false },
    ]);
    const complete = { kind: 'complete' as const };
    expect(afterRestart(waiting, null, NOW)).toBe('forget');
    expect(afterRestart(calling, null, NOW)).toBe('died');
    expect(afterRestart(calling, complete, NOW)).toBe('kept');
    expect(afterRestart(calling, complete, record.keepUntil - 1)).toBe('kept');
    expect(afterRestart(calling, complete, record.keepUntil)).toBe('forget');
  });
});
