/** `/admin/firing` and `/admin/acknowledgements` (docs/incidents.md): the alerts that are firing, and their acknowledgements. */
import * as z from 'zod/mini';
import { nearestOf } from '../core/config/nearest.ts';
import { settings } from '../core/config/settings.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';
import { askBook, BOOK_SILENT } from './ask-book.ts';
import type { Change } from './change.ts';
import type { AdminCall } from './route.ts';
import { words } from './watch-fields.ts';

/** `GET /admin/firing`, the most urgent first. */
export async function listFiring({ c }: AdminCall): Promise<Response> {
  const firing = await askBook(c, (book) => book.firing());
  return firing === undefined ? refusalResponse(BOOK_SILENT, c.env.context) : plainJson({ firing }, c.env.context);
}

/** The body of `PUT /admin/acknowledgements`. */
export const acknowledgementBody = () => settings({ alert: z.string(), note: z.optional(words(500)) });

/** `PUT /admin/acknowledgements`. */
export async function acknowledge({
  c,
  operator,
  body: { alert, note },
}: AdminCall<z.infer<ReturnType<typeof acknowledgementBody>>>): Promise<Change | Response> {
  const firing = await askBook(c, (book) => book.firing());
  if (firing === undefined) return refusalResponse(BOOK_SILENT, c.env.context);
  const names = firing.map(({ name }) => name);
  const notFiring = () => {
    const detail = `is not firing; ${nearestOf(alert.slice(0, 200), names)}`;
    return refusalResponse({ code: 'invalid_body', param: 'alert', detail }, c.env.context);
  };
  const before = firing.find(({ name }) => name === alert);
  if (before === undefined) return notFiring();
  return {
    what: `acknowledge ${alert}`,
    async make() {
      const asked = await askBook(c, async (book) => ({
        after: await book.acknowledge(alert, operator.name, note ?? null),
      }));
      if (asked === undefined) return { outcome: 'unknown', reply: refusalResponse(BOOK_SILENT, c.env.context) };
      const { after } = asked;
      if (after === null) return { outcome: 'nothing', reply: notFiring() };
      const seen = ({ acknowledgedBy, acknowledgedAt, acknowledgedNote }: typeof after) => ({
        ...{ acknowledgedBy, acknowledgedAt, acknowledgedNote },
      });
      return { outcome: 'changed', from: seen(before), to: seen(after), reply: plainJson(after, c.env.context) };
    },
  };
}
