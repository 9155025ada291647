/** Asks a tenant's ledger for one lease. Closes travel along, and what the reply says is kept in the pool. */
import { closesWithAsk, endReport } from '../core/ledger/lease/closes.ts';
import { beginHolding, holdShare, nextHolder } from '../core/ledger/lease/holder.ts';
import { enterSlice, learnLeft, learnMode, leftBeside, noteAdmitted, type Pool } from '../core/ledger/lease/pool.ts';
import { rememberedRefusal, rememberRefusal } from '../core/ledger/lease/refusals.ts';
import { takeFirstShare } from '../core/ledger/lease/slice.ts';
import { LARGEST_SHARE_OF_ALL } from '../core/ledger/lease/slice-size.ts';
import { type GrantReply, isByLimit, type RefusedByLimit, type Want } from '../core/ledger/messages.ts';
import type { Asker, Cover } from './cover.ts';
import { giveBackSlice } from './duties.ts';
import { LONGEST_ASK_MS } from './ledger-client.ts';

/** What the ledger is asked for. */
export interface Ask {
  wants: readonly Want[];
  admitForMs: number;
  /** True if the feature has a safeguard that is not among the wants. */
  degrades: boolean;
  /** What the asking request takes out of a slice if one is granted. */
  own?: Want | undefined;
}

/** The refusal that the ledger would give, if the isolate remembers it. Undefined if the ledger must be asked. */
export const refusalInMemory = ({ pool, scopes, client }: Asker, wants: readonly Want[]): RefusedByLimit | undefined =>
  pool && rememberedRefusal(pool.tenant.refusals, { scopes, wants }, client.now);

/**
 * Asks with one id until a reply comes. Returns undefined if the ledger cannot be reached. The cover's holder is then still
 * asking. Otherwise the holder has received the reply. If a slice was granted, it is in the pool, and the cover has the asker's
 * own share of it.
 */
export async function askForLease(
  asker: Asker,
  cover: Cover,
  { wants, admitForMs, degrades, own }: Ask,
): Promise<GrantReply | undefined> {
  const { client, hooks, pool, runForMs, scopes } = asker;
  const { now } = client;
  const leaseId = asker.newId(now);
  hooks?.onAsk(leaseId);
  const request = { leaseId, scopes, wants, sliceShare: LARGEST_SHARE_OF_ALL, admitForMs, degrades, runForMs };
  cover.holder = beginHolding(request, now);
  const tellings = pool === undefined || hooks !== undefined ? [] : closesWithAsk(pool, now, now + LONGEST_ASK_MS);
  const reports = tellings.map(({ report }) => report);
  const { reply, isTold } = await client.ask(request, reports, () => {
    cover.holder = nextHolder(cover.holder, { event: 'asked_again' });
  });
  for (const telling of tellings) endReport(telling, isTold);
  if (reply === undefined) return undefined;
  const heardAt = client.now;
  if (pool !== undefined) keep(pool, wants, reply, heardAt);
  if (reply.refused === undefined && reply.granted.requests > 1 && pool !== undefined) {
    const slice = enterSlice(pool, leaseId, reply, heardAt);
    asker.background(giveBackSlice(pool, slice, client));
    cover.slice = slice;
    cover.holder = { state: 'over' };
    if (own !== undefined) {
      cover.holder = holdShare(takeFirstShare(slice, own));
      noteAdmitted(pool, own, heardAt);
    }
    return { ...reply, left: leftBeside(pool, heardAt) };
  }
  cover.holder = nextHolder(cover.holder, { event: 'replied', reply, now: heardAt });
  return reply;
}

/** Keeps what the reply says about limits and mode. */
function keep(pool: Pool, wants: readonly Want[], reply: GrantReply, now: number): void {
  learnMode(pool, wants, reply);
  if (reply.refused === undefined) {
    learnLeft(pool, reply.left, now);
    const granted = wants.find(({ mode }) => mode === reply.mode);
    if (granted !== undefined && reply.granted.requests === 1) noteAdmitted(pool, granted, now);
  } else if (isByLimit(reply)) {
    learnLeft(pool, reply.left, now);
    rememberRefusal(pool.tenant.refusals, wants, reply, now);
  }
}
