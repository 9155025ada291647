import { describe, expect, it } from 'vitest';
import { STATUS_FAULTS, type StatusFault } from '../../../sandbox/faults.ts';
import { asObject, type Json } from '../../../sandbox/json.ts';
import { bodyFor, post, useSandbox } from './support.ts';

const sandbox = useSandbox();

/** The field that a client decides by: OpenAI's `code`, Anthropic's `type`. */
const MARKS: Readonly<Record<StatusFault, { openai: Json; anthropic: Json }>> = {
  '400': { openai: { code: 'invalid_value' }, anthropic: { type: 'invalid_request_error' } },
  '400-too-long': {
    openai: { code: 'context_length_exceeded' },
    anthropic: { message: 'prompt is too long: 211180 tokens > 200000 maximum' },
  },
  '400-flagged': {
    openai: { code: 'content_filter' },
    anthropic: { message: 'Output blocked by content filtering policy' },
  },
  '401': { openai: { code: 'invalid_api_key' }, anthropic: { type: 'authentication_error' } },
  '402': { openai: { message: 'Insufficient Balance' }, anthropic: { type: 'billing_error' } },
  '403': { openai: { type: 'invalid_request_error' }, anthropic: { type: 'permission_error' } },
  '403-flagged': {
    openai: { code: 403, metadata: expect.objectContaining({ reasons: ['violence'] }) },
    anthropic: { type: 'permission_error' },
  },
  '403-region': { openai: { code: 'unsupported_country_region_territory' }, anthropic: { type: 'forbidden' } },
  '404': { openai: { code: 'model_not_found' }, anthropic: { type: 'not_found_error' } },
  '408': { openai: { code: 'request_timeout' }, anthropic: { type: 'timeout_error' } },
  '409': { openai: { code: 'conflict' }, anthropic: { type: 'conflict_error' } },
  '413': { openai: { code: 'request_too_large' }, anthropic: { type: 'request_too_large' } },
  '422': { openai: { type: 'invalid_request_error' }, anthropic: { type: 'invalid_request_error' } },
  '429': { openai: { code: 'rate_limit_exceeded' }, anthropic: { type: 'rate_limit_error' } },
  '429-retry-after': { openai: { code: 'rate_limit_exceeded' }, anthropic: { type: 'rate_limit_error' } },
  '429-no-money': {
    openai: { code: 'insufficient_quota' },
    anthropic: { details: { error_code: 'enforced_spend_limit_reached' } },
  },
  '500': { openai: { type: 'server_error' }, anthropic: { type: 'api_error' } },
  '502': { openai: {}, anthropic: { type: 'api_error' } },
  '503': { openai: { type: 'server_error' }, anthropic: { type: 'api_error' } },
  '504': { openai: {}, anthropic: { type: 'timeout_error' } },
  '529': { openai: {}, anthropic: { type: 'overloaded_error' } },
};

describe.each(['openai', 'anthropic'] as const)('%s', (provider) => {
  it.each(STATUS_FAULTS)('%s, streamed or not', async (fault) => {
    await sandbox().setFault(provider, fault);
    for (const stream of [false, true]) {
      const response = await post(sandbox(), provider, bodyFor(provider, { stream }));
      expect(response.status).toBe(Number(fault.slice(0, 3)));
      expect(response.headers.get('content-type')).toBe('application/json');
      expect(response.headers.get('retry-after')).toBe(fault === '429-retry-after' ? '2' : null);
      expect(asObject(await response.json()).error).toMatchObject(MARKS[fault][provider]);
    }
    expect(sandbox().counts()[provider]).toMatchObject({ requests: 2, started: 0, failed: 2, billedMicroUsd: 0 });
  });

  it('says how long to wait, where it is told', async () => {
    await sandbox().setFault(provider, '429-retry-after', { retryAfter: 7, retryAfterMs: 6500 });
    const { headers } = await post(sandbox(), provider, bodyFor(provider));
    expect([headers.get('retry-after'), headers.get('retry-after-ms')]).toEqual(['7', '6500']);
    await sandbox().setFault(provider, '503', { retryAfter: 1 });
    expect((await post(sandbox(), provider, bodyFor(provider))).headers.get('retry-after')).toBe('1');
  });
});
