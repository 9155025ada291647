/** `/admin/requests` (docs/requests.md): the outcomes of requests of the last seven days. */
import * as z from 'zod/mini';
import { OWN_CODES } from '../../protocol/errors.ts';
import { ok, refused } from '../../protocol/result.ts';
import { timeOfUuidV7 } from '../../protocol/uuid-v7.ts';
import { nearestOf } from '../core/config/nearest.ts';
import { settings, textAs } from '../core/config/settings.ts';
import { tenantName } from '../core/config/tenant-name.ts';
import { canonicalName } from '../core/identity/names.ts';
import { countsAs } from '../core/slo/counts-as.ts';
import { KEEP_RECEIPTS_MS } from '../core/slo/receipt.ts';
import { type ReceiptFound, readCursor } from '../core/slo/receipt-search.ts';
import { plainJson, refusalResponse } from '../response/plain.ts';
import { askBook, BOOK_SILENT } from './ask-book.ts';
import { wholeNumber } from './fields.ts';
import { featureProblem, tenantProblem } from './known-names.ts';
import type { AdminCall } from './route.ts';

const MOST_REQUESTS = 200;
/** If nothing is wrong, a record is in the book at most this long after the end of its request. */
const IN_THE_BOOK_AFTER_MS = 15_000;

/** The path of `GET /admin/requests/:id`. */
export const requestParams = z.object({
  id: z.string().check(
    z.refine((id) => timeOfUuidV7(id) !== undefined, {
      error: 'write a request’s id as x-request-id gives it, such as 019b76da-a800-7000-8000-0123456789ab',
    }),
  ),
});

/** `GET /admin/requests/:id`. */
export async function showRequest({
  c,
  params: { id },
}: AdminCall<undefined, undefined, z.infer<typeof requestParams>>): Promise<Response> {
  const { context, composition } = c.env;
  let since: number | undefined;
  do {
    const found: ReceiptFound | undefined = await askBook(c, (book) => book.request(id, since));
    if (found === undefined) return refusalResponse(BOOK_SILENT, context);
    const { receipt, next } = found;
    if (receipt !== null) return plainJson({ ...receipt, counts: countsAs(receipt, composition.config.slo) }, context);
    since = next ?? undefined;
  } while (since !== undefined);
  const detail = whyAbsent(id, composition.deps.clock.now());
  return refusalResponse({ code: 'not_found', path: c.req.path, detail }, context);
}

/** Says why the book has no request with this id. An id contains the time at which its request arrived. */
function whyAbsent(id: string, now: number): string {
  const ageMs = now - (timeOfUuidV7(id) ?? now);
  if (ageMs > KEEP_RECEIPTS_MS) return `The request ${id} is too old: requests are kept for 7 days.`;
  if (ageMs < -60_000) return `No request has the id ${id}: its time is in the future.`;
  const rest =
    'Otherwise no request of this router had this id, or its record was lost: with its isolate, because the book did not answer, or because a very busy router keeps less than 7 days.';
  if (ageMs > IN_THE_BOOK_AFTER_MS) return `The book has no request ${id}. It may still be running. ${rest}`;
  return `The book has no request ${id} yet. Records reach it some 10 s after their requests have ended: ask again then. ${rest}`;
}

const name = z.pipe(
  z.string().check(z.minLength(1, 'write a name'), z.maxLength(1_024, 'write a name of at most 1,024 characters')),
  z.transform(canonicalName),
);

/** The query of `GET /admin/requests`. */
export const requestsQuery = settings({
  tenant: z.optional(tenantName),
  feature: z.optional(name),
  user: z.optional(name),
  code: z.optional(
    z.string().check(
      z.regex(/^[a-z_]{1,64}$/, { error: 'write the code of an error, such as providers_unavailable', abort: true }),
      z.refine((code) => OWN_CODES.some((one) => one === code), {
        error: (issue) => `is not an error code; ${nearestOf(String(issue.input), OWN_CODES)}`,
      }),
    ),
  ),
  before: z.optional(
    textAs((text) => {
      const cursor = readCursor(text);
      return cursor === undefined ? refused('write the "next" of the page before') : ok(cursor);
    }),
  ),
  most: z._default(wholeNumber(1, MOST_REQUESTS), 50),
}).check(
  z.refine(({ user, tenant }) => user === undefined || tenant !== undefined, {
    path: ['tenant'],
    error: 'name the tenant too, because a user belongs to a tenant',
  }),
);

/** `GET /admin/requests`, newest first. */
export async function listRequests({
  c,
  query: { tenant, feature, user, code, before, most },
}: AdminCall<undefined, z.infer<typeof requestsQuery>>): Promise<Response> {
  const unknown = (await tenantProblem(c, tenant)) ?? (await featureProblem(c, feature));
  if (unknown !== undefined) return refusalResponse(unknown, c.env.context);
  const { userHashes } = c.env.composition;
  const userHash = tenant === undefined || user === undefined ? undefined : await userHashes.of(tenant, user);
  const page = await askBook(c, (book) => book.requests({ tenant, feature, userHash, code }, most, before));
  return page === undefined ? refusalResponse(BOOK_SILENT, c.env.context) : plainJson(page, c.env.context);
}
