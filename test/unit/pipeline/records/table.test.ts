/** One request of each code and ending, down the real line: what its record says, and what it counts as. */
import { describe, expect, it } from 'vitest';
import { OWN_CODES } from '../../../../protocol/errors.ts';
import type { ClosedRecord } from '../../../../worker/core/slo/record.ts';
import { successVerdict } from '../../../../worker/core/slo/rules.ts';
import { MARKER, newRouter } from './asking.ts';
import { ENDINGS } from './endings.ts';
import { REFUSALS } from './refusals.ts';

const ROWS = [...REFUSALS, ...ENDINGS];

/** Codes of the edge (test/workers/records.test.ts), of other paths, and of answers that an object keeps. */
const ELSEWHERE = [
  ...['misdirected_request', 'method_not_allowed', 'not_found', 'not_configured'],
  ...['token_not_allowed', 'admin_closed', 'invalid_admin_key', 'invalid_metrics_token', 'scope_not_allowed'],
  ...['audit_unavailable', 'board_unavailable', 'book_unavailable'],
  ...['idempotency_mismatch', 'idempotency_expired', 'stream_not_found', 'stopped'],
];

describe('the record of', () => {
  it.each(ROWS)('%s', async (_, expected, counts, ask) => {
    const router = newRouter();
    await ask(router);
    const record = router.records.at(-1) as ClosedRecord;
    expect(record).toMatchObject(expected);
    const verdict = successVerdict(record, router.deps.config.slo);
    expect(verdict.outcome === 'good' ? 'good' : verdict.outcome === 'bad' ? verdict.layer : verdict.reason).toBe(
      counts,
    );
    expect(JSON.stringify(router.records)).not.toContain(MARKER);
    expect(JSON.stringify(router.events)).not.toContain(MARKER);
  });

  it('each code of the line', () => {
    const seen = ROWS.flatMap(([, { code }]) => code ?? []);
    expect([...new Set([...seen, ...ELSEWHERE])].toSorted()).toEqual([...OWN_CODES].toSorted());
  });
});
