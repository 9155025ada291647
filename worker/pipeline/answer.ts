/**
 * One request, one straight line. Each step is a file of the same name:
 *
 *   identify    finds the caller; a malformed credential is refused before any I/O
 *   ask         reads and checks the body; names feature, alias and user
 *   read-cache  looks for an earlier answer, if the feature caches answers
 *   attach      only with an idempotency key, or to share an answer: one call of an object, which runs `produce` itself
 *   produce     admit → plan → attempt, until an answer begins or no provider is left to ask
 *   respond     makes the one response from the outcome; meter books the answer when it ends
 *   record      holds what each step found out; it is closed once, when the request is over
 */

import type { DoorName } from '../../protocol/question.ts';
import type { HeldBytes } from '../core/bytes-in-flight.ts';
import { OneTimer } from '../core/one-timer.ts';
import type { Deps } from '../ports.ts';
import { readRequest } from './ask.ts';
import { attach, sharesAnswer } from './attach.ts';
import { identifyCaller } from './identify.ts';
import { type Outcome, refusedOutcome, staleInstead, storedOutcome } from './outcome.ts';
import { produce } from './produce.ts';
import { type CacheRead, readCache } from './read-cache.ts';
import { OpenRecord } from './record.ts';
import type { RequestContext, RoutedRequest } from './request.ts';
import { respond } from './respond.ts';

/** Everything that the steps of one request may use. */
interface Line {
  incoming: Request;
  door: DoorName;
  deps: Deps;
  context: RequestContext;
  record: OpenRecord;
  /** Holds the body's bytes against the isolate's limit until the request is answered. */
  weight: HeldBytes;
  /** A clock for consecutive waits, of which only one runs at a time. */
  waits: OneTimer;
}

/** Takes one request through all steps to its response. Nothing that a client, a provider or an operator does makes it throw. */
export async function answer(
  incoming: Request,
  door: DoorName,
  deps: Deps,
  context: RequestContext,
): Promise<Response> {
  const record = new OpenRecord(door, deps, context);
  deps.records.opened(record);
  const [weight, waits] = [deps.bodies.open(), new OneTimer(deps.clock)];
  try {
    return await goThrough({ incoming, door, deps, context, record, weight, waits });
  } catch (error) {
    record.fail();
    throw error;
  } finally {
    weight.release();
    waits.end();
  }
}

// A step that needs no I/O is not awaited (docs/decisions/0058-what-a-request-costs.md has the gain).
async function goThrough(line: Line): Promise<Response> {
  const { incoming, door, deps, context, record } = line;
  const identifying = identifyCaller(incoming, 'start', deps, context.background);
  const identified = identifying instanceof Promise ? await identifying : identifying;
  if (!identified.ok) return respond(refusedOutcome(identified.error), UNREAD, deps, context, record);
  record.identity = identified.value;

  const read = await readRequest(incoming, door, identified.value, deps, {
    background: context.background,
    noted: record,
    weight: line.weight,
    waits: line.waits,
  });
  if (!read.ok) return respond(refusedOutcome(read.error), UNREAD, deps, context, record);
  context.timing.mark('identify');
  const request = read.value;
  record.request = request;

  const reading = readCache(request, deps);
  const cached = reading instanceof Promise ? await reading : reading;
  if (!cached.ok) return respond(refusedOutcome(cached.error), UNREAD, deps, context, record);
  record.cached = cached.value;

  const finding = outcomeOf(request, cached.value, line);
  const found = finding instanceof Promise ? await finding : finding;
  const outcome = staleInstead(found, cached.value, request, deps);
  const seesProvider = deps.showsProvider(request.identity);
  return respond(outcome, { request, cached: cached.value, seesProvider }, deps, context, record);
}

const UNREAD = { seesProvider: false };

/** Returns a fresh cached answer, the object's reply, or an answer made here. */
function outcomeOf(request: RoutedRequest, cached: CacheRead, line: Line): Outcome | Promise<Outcome> {
  const { incoming, deps, context, record, waits } = line;
  if (cached.state === 'fresh' && request.keyed === undefined) return storedOutcome(cached.stored);
  const make = () => produce(request, deps, context, waits);
  if (request.keyed === undefined && !sharesAnswer(request, cached)) return make();
  return attach(request, cached, incoming.signal, deps, context, record).then(
    // Undefined means that the Worker must answer: from its cached copy if it has a fresh one, otherwise by asking providers.
    (attached): Outcome | Promise<Outcome> =>
      attached ?? (cached.state === 'fresh' ? storedOutcome(cached.stored) : make()),
  );
}
