/**
 * Two thousand clients at once. They ask for streams and whole answers, short and long. Half of them leave before the end, but none stops
 * retrying early.
 */
import { once, setMaxListeners } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProviderName } from '../../sandbox/ask.ts';
import type { Fault, FaultOptions } from '../../sandbox/faults.ts';
import { createRandom, type Random } from '../../sandbox/random.ts';
import type { Books, BudgetBench, Payer } from './budget-bench.ts';

export interface LoadOptions {
  seed: string;
  requests: number;
  /** How many clients ask at once; by default all. */
  atOnce?: number;
  /** Milliseconds until a client that got no answer (the router was killed) asks again. */
  patienceMs?: number;
  /** When it is aborted, clients that have no answer yet stop. */
  calledOff?: AbortSignal;
  /** The default is `app/both`. */
  model?: string;
}

export type End =
  /** The whole answer came. */
  | 'answered'
  /** The client left, as it had planned. */
  | 'left'
  /** The request was refused for good, because the budget is spent. */
  | 'refused'
  /** The client asked three times, and each time the providers failed or the stream was cut. */
  | 'failed'
  | 'called off';

export interface Load {
  ends: Record<End, number>;
  /** How many requests were sent, repetitions included. */
  sent: number;
  /** How many 429s told the client to come again. */
  toldToWait: number;
  statuses: Record<string, number>;
}

/** When a client leaves: never, after a time, or after a number of bytes of the answer. */
type Leaving =
  | { how: 'never' }
  | { how: 'after'; ms: number; rudely: boolean }
  | { how: 'at'; bytes: number; rudely: boolean };

interface Plan {
  body: string;
  leaving: Leaving;
}

const TRIES = 3;
const CROWD = 200;

function planOf(random: Random, number: number, model: string): Plan {
  const below = (most: number): number => Math.floor(random() * most);
  const stream = random() < 0.65;
  const words = 15 + below(60);
  // Many output caps cut the answer short. Inputs are from one line to one page long, and every eighth has a common, cacheable beginning.
  const cap = 20 + below(150);
  const line = `In ${words} words, reader ${number}: what is a failover? `;
  const page = 'Some context that nobody needs, but everybody pays for. ';
  const shared = number % 8 === 0 ? page.repeat(90) : '';
  const content = `${shared}${line}${page.repeat(below(90))}`;
  const body = JSON.stringify({
    model,
    stream,
    max_tokens: cap,
    ...(random() < 0.5 && stream && { stream_options: { include_usage: true } }),
    messages: [...(random() < 0.3 ? [{ role: 'system', content: 'Be brief.' }] : []), { role: 'user', content }],
  });
  return { body, leaving: leavingOf(random, stream, below) };
}

/** When a client leaves. Half of all clients do: most readers of streams after some bytes, the others after some time. */
function leavingOf(random: Random, stream: boolean, below: (most: number) => number): Leaving {
  if (random() >= (stream ? 0.6 : 0.3)) return { how: 'never' };
  const rudely = random() < 0.5;
  return stream && random() < 0.8
    ? { how: 'at', bytes: 1 + below(6_000), rudely }
    : { how: 'after', ms: below(2_000), rudely };
}

/** Runs until every client is done. `urls`: the URLs of the isolates, or none while the router is down. */
export async function runLoad(urls: () => readonly string[], { key }: Payer, options: LoadOptions): Promise<Load> {
  const { seed, requests, atOnce = requests, patienceMs = 200, calledOff, model = 'app/both' } = options;
  if (calledOff) setMaxListeners(0, calledOff);
  const random = createRandom(seed);
  const plans = Array.from({ length: requests }, (_, number) => ({ ...planOf(random, number, model), number }));
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 200 });
  const load: Load = {
    ends: { answered: 0, left: 0, refused: 0, failed: 0, 'called off': 0 },
    sent: 0,
    toldToWait: 0,
    statuses: {},
  };
  let next = 0;
  const client = async (): Promise<void> => {
    for (let plan = plans[next++]; plan !== undefined; plan = plans[next++]) {
      load.ends[await untilItsEnd(plan, plan.number)]++;
    }
  };
  const untilItsEnd = async (plan: Plan, number: number): Promise<End> => {
    for (let failures = 0; !calledOff?.aborted; ) {
      const all = urls();
      if (all.length === 0) {
        await sleep(patienceMs);
        continue;
      }
      load.sent++;
      const came = await exchange(all[(number + failures) % all.length] as string, key, plan, agent);
      load.statuses[came.status] = (load.statuses[came.status] ?? 0) + 1;
      if (came.left) return 'left';
      if (came.status === 200 && came.isWhole) return 'answered';
      if (came.status === 429 && came.isFinal) return 'refused';
      if (came.status === 429) load.toldToWait++;
      else if (++failures === TRIES) return 'failed';
      // The client waits at least as long as it was told, and not in step with other clients.
      const waitMs = (came.retryAfterMs ?? patienceMs) * (1 + 3 * random());
      await sleep(waitMs, undefined, calledOff && { signal: calledOff }).catch(() => {});
    }
    return 'called off';
  };
  try {
    const clients: Promise<void>[] = [];
    for (let begun = 0; begun < Math.min(atOnce, requests); begun++) {
      // The next crowd comes once the router has received the last one. Otherwise, on a slow machine, its clients would have left by then.
      if (begun % CROWD === 0) await fetch(`${urls()[0]}/healthz`).then((response) => response.text());
      clients.push(client());
    }
    await Promise.all(clients);
  } finally {
    agent.destroy();
  }
  return load;
}

interface Came {
  /** The status; 0 if there was no answer at all. */
  status: number;
  left: boolean;
  isWhole: boolean;
  isFinal: boolean;
  retryAfterMs: number | undefined;
}

/** One request to its end, or until this client leaves. */
async function exchange(url: string, key: string, { body, leaving }: Plan, agent: Agent): Promise<Came> {
  const came: Came = { status: 0, left: false, isWhole: false, isFinal: false, retryAfterMs: undefined };
  const asking = request(`${url}/v1/chat/completions`, {
    method: 'POST',
    agent,
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    },
  });
  asking.on('error', () => {});
  const leave = (rudely: boolean): void => {
    came.left = true;
    leaveNow(asking, rudely);
  };
  const timer = leaving.how === 'after' ? setTimeout(() => leave(leaving.rudely), leaving.ms) : undefined;
  try {
    const answered = once(asking, 'response') as Promise<[IncomingMessage]>;
    asking.end(body);
    const [response] = await answered;
    const { statusCode = 0, headers } = response;
    came.status = statusCode;
    came.isFinal = headers['x-should-retry'] === 'false';
    if (headers['retry-after-ms'] !== undefined) came.retryAfterMs = Number(headers['retry-after-ms']);
    let bytes = 0;
    let end = '';
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      end = (end + chunk.toString('latin1')).slice(-20);
      if (statusCode === 200 && leaving.how === 'at' && bytes >= leaving.bytes) leave(leaving.rudely);
    }
    const isStream = headers['content-type']?.startsWith('text/event-stream') === true;
    came.isWhole = !isStream || end.endsWith('data: [DONE]\n\n');
  } catch {
    // The client left, or the connection broke. The flags say which.
  } finally {
    clearTimeout(timer);
  }
  return came;
}

/** Leaves as a closed page does, or rudely, as with a broken network. */
function leaveNow(asking: ClientRequest, rudely: boolean): void {
  if (rudely && asking.socket) asking.socket.resetAndDestroy();
  else asking.destroy();
}

/** The faults that providers have in turn: some cost nothing, some cost money, and some are silent. */
const FAULTS: readonly [Fault, FaultOptions?][] = [
  ['500'],
  ['cut-mid-stream'],
  ['refuse-connection'],
  ['hang-before-headers'],
  ['error-mid-stream'],
  ['503'],
  ['stall-mid-stream'],
  ['429', { retryAfterMs: 100 }],
  ['end-mid-stream', { afterTokens: 3 }],
  ['hang-before-first-token'],
  ['error-in-200'],
  ['truncated-json'],
];
const FAULT_LASTS_MS = 150;

/** Gives each provider one fault after the other. Each fault hits a share of the requests. */
export async function failInTurn(bench: BudgetBench, share: number, over: AbortSignal): Promise<void> {
  const fail = (provider: ProviderName, turn: number) => {
    const [fault, options] = FAULTS[turn % FAULTS.length] as (typeof FAULTS)[number];
    return bench.sandbox.setFault(provider, fault, { ...options, share });
  };
  for (let turn = 0; !over.aborted; turn++) {
    await Promise.all([fail('openai', turn), fail('anthropic', turn + 5)]);
    await sleep(FAULT_LASTS_MS);
  }
  await Promise.all([bench.sandbox.setFault('openai', null), bench.sandbox.setFault('anthropic', null)]);
}

export interface Watched {
  polls: number;
  /** The largest sum of spent and held amounts that was seen. */
  mostBooked: number;
  /** Polls at which more was booked than the cap, or less than the providers had already billed. */
  wrong: string[];
}

/** Polls the ledger continually. */
export async function watchBooks(
  bench: BudgetBench,
  payer: Payer,
  cap: number,
  over: AbortSignal,
  seen: (books: Books) => void = () => {},
): Promise<Watched> {
  const watched: Watched = { polls: 0, mostBooked: 0, wrong: [] };
  while (!over.aborted) {
    // The bill is read before the ledger is asked, so everything billed by now is booked by then.
    const billed = bench.billed;
    const books = await payer.books().catch(() => undefined);
    if (books !== undefined) {
      const booked = books.spent + books.held;
      watched.polls++;
      watched.mostBooked = Math.max(watched.mostBooked, booked);
      seen(books);
      if (booked > cap || booked < billed) watched.wrong.push(`${booked} booked of ${cap}, ${billed} billed`);
    }
    await sleep(100);
  }
  return watched;
}
