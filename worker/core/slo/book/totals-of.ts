/** What one record adds to the counters of `GET /metrics`. */
import type { RequestRecord } from '../record.ts';
import type { Verdict } from '../rules.ts';
import type { Totals } from './totals.ts';

/** `tenant` and `feature` as they are counted: empty where the request had none. */
export function addToTotals(
  totals: Totals,
  record: RequestRecord,
  { outcome }: Verdict,
  tenant: string,
  feature: string,
): void {
  const deployment = record.deployment ?? '';
  totals.add('requests', `${tenant}\n${feature}\n${outcome}\n${record.code ?? ''}`);
  totals.add('costMicroUsd', `${tenant}\n${feature}`, record.costMicroUsd);
  totals.add('failovers', feature, record.hops);
  if (record.cache !== null) totals.add('cache', `${feature}\n${record.cache}`);
  totals.add('tokens', `${deployment}\ninput`, record.inputTokens);
  totals.add('tokens', `${deployment}\ncached`, record.cachedTokens);
  totals.add('tokens', `${deployment}\noutput`, record.outputTokens);
  totals.add('tokens', `${deployment}\nreasoning`, record.reasoningTokens);
  for (const attempt of record.attempts) {
    totals.add('attempts', `${attempt.deployment}\n${attempt.provider}\n${attempt.result}`);
  }
}
