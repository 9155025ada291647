/** `GET /slo`: the public part of the promises (docs/slo.md). It needs no credential. */
import * as z from 'zod/mini';
import { check } from '../core/checked.ts';
import type { Config } from '../core/config/config.ts';
import { namesOf, settings, slug } from '../core/config/settings.ts';
import { publicReport } from '../core/slo/public-report.ts';
import type { RecentReport } from '../core/slo/report.ts';
import { ASKED_WINDOWS } from '../core/slo/windows.ts';
import { plainJson, type ResponseContext, refusalResponse } from '../response/plain.ts';

const query = settings({ window: z.optional(namesOf(ASKED_WINDOWS)), feature: z.optional(slug) });

interface Links {
  config: Pick<Config, 'slo'>;
  sloReports: { recent(windowMs: number | undefined): Promise<RecentReport | undefined> };
}

/** Answers `GET /slo`. Pages of every origin may read it. */
export async function publicPromises(
  asked: Record<string, string>,
  { config, sloReports }: Links,
  context: ResponseContext,
): Promise<Response> {
  const response = await answer(asked, { config, sloReports }, context);
  response.headers.set('access-control-allow-origin', '*');
  return response;
}

async function answer(asked: Record<string, string>, { config, sloReports }: Links, context: ResponseContext) {
  const checked = check(asked, query);
  if (!checked.ok) return refusalResponse(checked.error, context);
  const { window, feature = null } = checked.value;
  const recent = await sloReports.recent(window && ASKED_WINDOWS[window]);
  if (recent === undefined) return refusalResponse({ code: 'book_unavailable', retryAfterMs: 1_000 }, context);
  return plainJson(publicReport(recent.report, feature, config.slo, recent.drills), context);
}
