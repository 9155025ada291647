/** `/admin/silences` (docs/incidents.md): silences hold back the alerts of a promise for a while. */
import * as z from 'zod/mini';
import type { Config } from '../core/config/config.ts';
import { nearestOf } from '../core/config/nearest.ts';
import { settings } from '../core/config/settings.ts';
import { MOST_SILENCES, SILENCE_ALL } from '../core/slo/silences.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';
import { askBook, BOOK_SILENT } from './ask-book.ts';
import type { Change } from './change.ts';
import { end, endOf, hasOneEnd, reason } from './override-fields.ts';
import type { AdminCall } from './route.ts';
import { promiseNames } from './watch-fields.ts';

/** `GET /admin/silences`: the silences in force, and the notices that they hold back. */
export async function listSilences({ c }: AdminCall): Promise<Response> {
  const shown = await askBook(c, (book) => book.silences());
  return shown === undefined ? refusalResponse(BOOK_SILENT, c.env.context) : plainJson(shown, c.env.context);
}

/** The body of `PUT /admin/silences`. */
export const silenceBody = (_: Config, now: number) =>
  settings({ objective: z.string(), ...end(now), reason }).check(z.superRefine(hasOneEnd));

/** `PUT /admin/silences`. The body may name a firing alert instead of an objective. */
export async function setSilence({
  c,
  operator,
  body: { objective, reason, ...end },
}: AdminCall<z.infer<ReturnType<typeof silenceBody>>>): Promise<Change | Response> {
  const { config, deps } = c.env.composition;
  const names = [SILENCE_ALL, ...promiseNames(config)];
  if (!names.includes(objective)) {
    const firing = await askBook(c, (book) => book.firing());
    if (firing === undefined) return refusalResponse(BOOK_SILENT, c.env.context);
    if (!firing.some(({ name }) => name === objective)) {
      const detail = `is neither a promise nor a firing alert; ${nearestOf(objective.slice(0, 200), names)}`;
      return refusalResponse({ code: 'invalid_body', param: 'objective', detail }, c.env.context);
    }
  }
  const until = endOf(end, deps.clock.now()) as number;
  const silence = { objective, until, reason, who: operator.name };
  return {
    what: objective === SILENCE_ALL ? 'silence all alerts' : `silence ${objective}`,
    async make() {
      const asked = await askBook(c, async (book) => ({ set: await book.setSilence(silence) }));
      if (asked === undefined) return { outcome: 'unknown', reply: refusalResponse(BOOK_SILENT, c.env.context) };
      if (asked.set === undefined) {
        const detail = `cannot be silenced: there are ${MOST_SILENCES} silences already; end others first`;
        const reply = refusalResponse({ code: 'invalid_body', param: 'objective', detail }, c.env.context);
        return { outcome: 'nothing', reply };
      }
      return { outcome: 'changed', from: asked.set.before, to: silence, reply: plainJson(silence, c.env.context) };
    },
  };
}

/** The query of `DELETE /admin/silences`. It may be any name, because a deploy may have removed the promise. */
export const clearSilenceQuery = settings({ objective: z.string() });

/** `DELETE /admin/silences?objective=`. Alerts that were held back are sent now if they are still firing. */
export async function clearSilence({
  c,
  query: { objective },
}: AdminCall<undefined, z.infer<typeof clearSilenceQuery>>): Promise<Change> {
  return {
    what: objective === SILENCE_ALL ? 'end the silence of all alerts' : `end the silence of ${objective.slice(0, 200)}`,
    async make() {
      const asked = await askBook(c, (book) => book.clearSilence(objective));
      if (asked === undefined) return { outcome: 'unknown', reply: refusalResponse(BOOK_SILENT, c.env.context) };
      const { before } = asked;
      const reply = plainJson({ objective, cleared: before !== null }, c.env.context);
      return before === null ? { outcome: 'nothing', reply } : { outcome: 'changed', from: before, to: null, reply };
    },
  };
}
