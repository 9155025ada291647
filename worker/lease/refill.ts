/** Asks for the next slice of a pool before the last one is used up, behind the response of the request that noticed. */
import type { Holder } from '../core/ledger/lease/holder.ts';
import { beginAsking, endAsking, nextSlice, type Pool } from '../core/ledger/lease/pool.ts';
import type { Want } from '../core/ledger/messages.ts';
import { LONGEST_ADMIT_MS } from '../core/ledger/protocol.ts';
import { askForLease, refusalInMemory } from './ask.ts';
import type { Asker } from './cover.ts';
import { closeLeases } from './duties.ts';
import { LONGEST_ASK_MS } from './ledger-client.ts';

/** How soon another slice may be asked for after one was not granted. */
const AGAIN_AFTER_MS = 1_000;

/** `likely` is the want that the request was served by. It is one of `wants`. */
export async function refill(
  asker: Asker,
  pool: Pool,
  { wants, likely, degrades }: { wants: readonly Want[]; likely: Want; degrades: boolean },
): Promise<void> {
  const { client } = asker;
  const many = nextSlice(pool, likely, client.now);
  if (many === undefined) return;
  beginAsking(pool, client.now + LONGEST_ASK_MS);
  // Better wants are included, because once one is granted, all requests ask for it. Smaller wants are left out. It only matters
  // whether they are due, which `degrades` finds out.
  const better = wants.slice(0, wants.indexOf(likely));
  const ask = {
    wants: [...better, many],
    admitForMs: LONGEST_ADMIT_MS,
    degrades: degrades || better.length + 1 < wants.length,
  };
  const cover: { holder: Holder } = { holder: { state: 'over' } };
  const reply = refusalInMemory(asker, ask.wants) ?? (await askForLease(asker, cover, ask));
  const isSlice = reply?.refused === undefined && reply !== undefined && reply.granted.requests > 1;
  // If the mode is not the expected one, the next request may ask for a slice at once.
  endAsking(pool, isSlice || pool.mode !== many.mode ? 0 : client.now + AGAIN_AFTER_MS);
  await closeLeases(asker, [cover]);
}
