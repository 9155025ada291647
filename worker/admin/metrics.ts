/**
 * `GET /metrics` (docs/prometheus.md): everything that the book has counted, and what this isolate knows about deployments, in
 * Prometheus's text format. If METRICS_TOKEN is set, only that token gives access, so that a scraper needs no admin key.
 */
import type { Context } from 'hono';
import type { RouterError } from '../../protocol/errors.ts';
import { effectiveDeployments } from '../core/config/effective-deployments.ts';
import { routerMetrics } from '../core/slo/metrics/router-metrics.ts';
import type { App } from '../edge.ts';
import { commonHeaders, refusalResponse } from '../response/plain.ts';
import { sameSecret } from '../stores/same-secret.ts';
import { askBook, BOOK_SILENT } from './ask-book.ts';
import { authenticate, sentKey } from './authenticate.ts';

const TEXT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Answers a scrape. */
export async function scrape(c: Context<App>): Promise<Response> {
  const { config, deps } = c.env.composition;
  const { context } = c.env;
  const refused = await scrapeRefusal(c);
  if (refused !== undefined) return refusalResponse(refused, context);
  const [counted] = await Promise.all([
    askBook(c, async (book) => book.metrics()),
    deps.board.ready(context.background),
  ]);
  if (counted === undefined) return refusalResponse(BOOK_SILENT, context);
  const deployments = effectiveDeployments(config, deps.board.overrides, deps.clock.now());
  const text = counted + routerMetrics(deps.board.candidates(deployments), deps.build);
  return new Response(text, { headers: { ...commonHeaders(context), 'content-type': TEXT_TYPE } });
}

async function scrapeRefusal(c: Context<App>): Promise<RouterError | undefined> {
  const { metricsToken } = c.env.composition.env;
  if (metricsToken === undefined) {
    const caller = await authenticate(c);
    return caller.ok ? undefined : caller.error;
  }
  const isIt = await sameSecret(sentKey(c) ?? '', metricsToken);
  return isIt ? undefined : { code: 'invalid_metrics_token' };
}
