/** `/admin/incidents` (docs/incidents.md): what went wrong, and the operators' notes about it. */
import * as z from 'zod/mini';
import type { Config } from '../core/config/config.ts';
import { settings } from '../core/config/settings.ts';
import { tenantName } from '../core/config/tenant-name.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';
import { askBook, BOOK_SILENT } from './ask-book.ts';
import type { Change } from './change.ts';
import { wholeNumber } from './fields.ts';
import type { AdminCall } from './route.ts';
import { knownFeature, knownObjective, words } from './watch-fields.ts';

const MOST_INCIDENTS = 200;

/** The query of `GET /admin/incidents`. */
export const incidentsQuery = settings({
  before: z.optional(wholeNumber(1, Number.MAX_SAFE_INTEGER)),
  most: z._default(wholeNumber(1, MOST_INCIDENTS), 50),
});

/** `GET /admin/incidents`, the newest first. */
export async function listIncidents({
  c,
  query: { before = Number.MAX_SAFE_INTEGER, most },
}: AdminCall<undefined, z.infer<typeof incidentsQuery>>): Promise<Response> {
  const page = await askBook(c, (book) => book.incidents(before, most));
  return page === undefined ? refusalResponse(BOOK_SILENT, c.env.context) : plainJson(page, c.env.context);
}

const title = words(200);
const note = z.optional(z.nullable(words(2_000)));

/** The body of `POST /admin/incidents`. */
export const openIncidentBody = (config: Config) =>
  settings({
    title,
    objective: z.optional(z.nullable(knownObjective(config))),
    feature: z.optional(z.nullable(knownFeature(config))),
    tenant: z.optional(z.nullable(tenantName)),
    note,
    publicNote: note,
  });

/** `POST /admin/incidents`. */
export async function openIncident({
  c,
  operator,
  body: { objective, feature, ...given },
}: AdminCall<z.infer<ReturnType<typeof openIncidentBody>>>): Promise<Change> {
  const { objectives, averages } = c.env.composition.config.slo;
  const promised = objectives.find(({ name }) => name === objective);
  const average = averages.find(({ name }) => name === objective);
  const incident = {
    ...given,
    // The id of this call. One call opens one incident.
    id: c.env.context.requestId,
    objective: objective ?? null,
    feature: feature ?? promised?.feature ?? average?.feature ?? null,
    tenant: given.tenant ?? promised?.tenant ?? null,
    note: given.note ?? null,
    publicNote: given.publicNote ?? null,
    openedBy: operator.name,
  };
  return {
    what: 'open an incident',
    async make() {
      const opened = await askBook(c, async (book) => book.openIncident(incident));
      if (opened === undefined) return { outcome: 'unknown', reply: refusalResponse(BOOK_SILENT, c.env.context) };
      return { outcome: 'changed', from: null, to: opened.after, reply: plainJson(opened.after, c.env.context, 201) };
    },
  };
}

/** The path of `PUT /admin/incidents/:id`. */
export const incidentParams = z.object({ id: z.string() });

/** The body of `PUT /admin/incidents/:id`. Null removes a note. */
export const incidentBody = () =>
  settings({
    title: z.optional(title),
    note,
    publicNote: note,
    close: z.optional(z.literal(true, { error: 'write true, or leave it out; a closed incident stays closed' })),
  });

/** `PUT /admin/incidents/:id`. */
export async function changeIncident({
  c,
  operator,
  params: { id },
  body,
}: AdminCall<z.infer<ReturnType<typeof incidentBody>>, undefined, z.infer<typeof incidentParams>>): Promise<
  Change | Response
> {
  return {
    what: body.close === true ? `close incident ${id.slice(0, 36)}` : `write about incident ${id.slice(0, 36)}`,
    async make() {
      const asked = await askBook(c, async (book) => ({ pair: await book.changeIncident(id, body, operator.name) }));
      if (asked === undefined) return { outcome: 'unknown', reply: refusalResponse(BOOK_SILENT, c.env.context) };
      const { pair } = asked;
      if (pair === undefined) {
        const detail = 'There is no incident with this id (GET /admin/incidents).';
        return {
          outcome: 'nothing',
          reply: refusalResponse({ code: 'not_found', path: c.req.path, detail }, c.env.context),
        };
      }
      return { outcome: 'changed', from: pair.before, to: pair.after, reply: plainJson(pair.after, c.env.context) };
    },
  };
}
