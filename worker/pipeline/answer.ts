/**
 * One request, one straight line (DESIGN §2). Each step is a file of the same name:
 *
 *   identify  who asks: junk is refused before any I/O
 *   ask       what for: the body read and checked, feature, alias and user named
 *   produce   admit → plan → attempt: an answer begins, or everybody was asked
 *   respond   the answer at once; meter books what it used and cost when it ends
 *
 * read-cache and attach stand between ask and produce, once they come.
 */
import type { Deps } from '../ports.ts';
import { type Door, readAsk } from './ask.ts';
import { identify } from './identify.ts';
import { produce } from './produce.ts';
import { refusal, respond } from './respond.ts';
import type { Scope } from './scope.ts';

export async function answer(request: Request, door: Door, deps: Deps, scope: Scope): Promise<Response> {
  const identified = await identify(request.headers, deps);
  if (!identified.ok) return refusal(identified.error, scope);

  const asked = await readAsk(request, door, identified.identity, deps);
  if (!asked.ok) return refusal(asked.error, scope);
  scope.timing.mark('identify');

  const produced = await produce(asked.ask, deps, scope);
  return respond(produced, deps.showsProvider(identified.identity), deps, scope);
}
