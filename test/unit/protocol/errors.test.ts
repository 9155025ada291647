import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorToWire, type RouterError } from '../../../protocol/errors.ts';

type Code = RouterError['code'];
type Expected = [status: number, advice: 'final' | 'retryable' | 'told in the stream' | 'nobody reads it'];

/** One of each; a code without an entry does not compile. */
const EVERY: { [C in Code]: [Extract<RouterError, { code: C }>, ...Expected] } = {
  invalid_json: [{ code: 'invalid_json', detail: 'it is empty' }, 400, 'final'],
  invalid_body: [{ code: 'invalid_body', param: 'messages[0].role', detail: 'must be a string' }, 400, 'final'],
  unknown_alias: [{ code: 'unknown_alias', alias: 'app/chta', known: ['app/chat', 'app/fast'] }, 404, 'final'],
  unknown_feature: [{ code: 'unknown_feature', feature: 'chta', known: ['chat'] }, 400, 'final'],
  feature_not_allowed: [{ code: 'feature_not_allowed', feature: 'admin', allowed: ['chat'] }, 403, 'final'],
  unsupported_param: [{ code: 'unsupported_param', param: 'top_k' }, 400, 'final'],
  missing_key: [{ code: 'missing_key' }, 401, 'final'],
  invalid_key: [{ code: 'invalid_key' }, 401, 'final'],
  browser_not_allowed: [{ code: 'browser_not_allowed' }, 403, 'final'],
  origin_not_allowed: [{ code: 'origin_not_allowed', origin: 'https://a.example' }, 403, 'final'],
  user_not_allowed: [{ code: 'user_not_allowed' }, 403, 'final'],
  conflicting_user: [{ code: 'conflicting_user', detail: 'send one' }, 400, 'final'],
  admin_closed: [{ code: 'admin_closed' }, 503, 'final'],
  invalid_admin_key: [{ code: 'invalid_admin_key' }, 401, 'final'],
  payload_too_large: [{ code: 'payload_too_large', limitBytes: 1_048_576 }, 413, 'final'],
  method_not_allowed: [{ code: 'method_not_allowed', method: 'PUT', allow: ['GET', 'POST'] }, 405, 'final'],
  not_found: [{ code: 'not_found', path: '/v2' }, 404, 'final'],
  not_configured: [
    { code: 'not_configured', missing: [{ name: 'KEY_SECRET', command: 'npx wrangler secret put KEY_SECRET' }] },
    503,
    'final',
  ],
  provider_rejected: [{ code: 'provider_rejected', status: 422, detail: 'no', providerCode: 'flagged' }, 422, 'final'],
  providers_unavailable: [{ code: 'providers_unavailable', retryAfterMs: 1_500, detail: 'all down' }, 503, 'retryable'],
  deadline_exceeded: [{ code: 'deadline_exceeded', retryAfterMs: 1_500, detail: 'late' }, 503, 'retryable'],
  overloaded: [{ code: 'overloaded', retryAfterMs: 1_500 }, 503, 'retryable'],
  rate_limited_by_provider: [{ code: 'rate_limited_by_provider', retryAfterMs: 1_500 }, 429, 'retryable'],
  key_store_unavailable: [{ code: 'key_store_unavailable', retryAfterMs: 1_500 }, 503, 'retryable'],
  internal_error: [{ code: 'internal_error' }, 500, 'retryable'],
  stream_interrupted: [{ code: 'stream_interrupted', detail: 'cut' }, 502, 'told in the stream'],
  body_timeout: [{ code: 'body_timeout', limitMs: 60_000 }, 408, 'retryable'],
  client_gone: [{ code: 'client_gone' }, 499, 'nobody reads it'],
};

describe.each(Object.values(EVERY).map((entry) => [entry[0].code, ...entry] as const))(
  '%s',
  (code, error, status, advice) => {
    const wire = errorToWire(error);

    it('has its status and the four keys of the body, and a sentence', () => {
      expect(wire.status).toBe(status);
      expect(Object.keys(wire.body)).toEqual(['error']);
      expect(Object.keys(wire.body.error).toSorted()).toEqual(['code', 'message', 'param', 'type']);
      expect(wire.body.error.code).toBe(code === 'provider_rejected' ? 'flagged' : code);
      expect(wire.body.error.message.length).toBeGreaterThan(0);
      expect(wire.body.error.param === null || typeof wire.body.error.param === 'string').toBe(true);
      expect(JSON.parse(JSON.stringify(wire))).toEqual(wire);
    });

    it(`says that it is ${advice}`, () => {
      const { 'x-should-retry': shouldRetry, 'retry-after': seconds, 'retry-after-ms': ms } = wire.headers;
      expect(shouldRetry).toBe(advice === 'final' ? 'false' : undefined);
      expect(seconds !== undefined).toBe(advice === 'retryable');
      expect(ms !== undefined).toBe(advice === 'retryable');
    });

    it('has lower-case header names and values that a header may have', () => {
      expect(() => new Headers(wire.headers)).not.toThrow();
      for (const name of Object.keys(wire.headers)) expect(name).toBe(name.toLowerCase());
    });
  },
);

describe('retry-after', () => {
  it('is never sooner than true, in seconds and in milliseconds', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (retryAfterMs) => {
        const { headers } = errorToWire({ code: 'overloaded', retryAfterMs });
        expect(headers['retry-after']).toMatch(/^[1-9]\d*$/);
        expect(headers['retry-after-ms']).toMatch(/^\d+$/);
        expect(Number(headers['retry-after-ms'])).toBe(Math.ceil(retryAfterMs));
        expect(Number(headers['retry-after']) * 1000).toBeGreaterThanOrEqual(retryAfterMs);
        expect(Number(headers['retry-after'])).toBe(Math.max(1, Math.ceil(retryAfterMs / 1000)));
      }),
    );
  });
});

describe('what to do next', () => {
  const messageOf = (error: RouterError) => errorToWire(error).body.error.message;

  it('is in the message: what there is, what may be used, which command sets it', () => {
    expect(messageOf(EVERY.unknown_alias[0])).toContain('"app/chat", "app/fast"');
    expect(messageOf(EVERY.unknown_feature[0])).toContain('"chat"');
    expect(messageOf(EVERY.feature_not_allowed[0])).toContain('"chat"');
    expect(messageOf(EVERY.not_configured[0])).toContain('KEY_SECRET (npx wrangler secret put KEY_SECRET)');
    expect(messageOf(EVERY.payload_too_large[0])).toContain('1048576');
    expect(messageOf({ code: 'not_found', path: '/v1/messages', detail: 'Use POST /v1/chat/completions.' })).toBe(
      'Use POST /v1/chat/completions.',
    );
    expect(messageOf({ code: 'origin_not_allowed', origin: null })).toContain('none was sent');
  });

  it('a wrong method is told the right ones, a missing key the scheme', () => {
    expect(errorToWire(EVERY.method_not_allowed[0]).headers.allow).toBe('GET, POST');
    expect(errorToWire(EVERY.missing_key[0]).headers['www-authenticate']).toBe('Bearer');
    expect(errorToWire(EVERY.invalid_key[0]).headers['www-authenticate']).toMatch(/^Bearer /);
  });

  it('names the field that is wrong', () => {
    expect(errorToWire(EVERY.invalid_body[0]).body.error).toMatchObject({ param: 'messages[0].role' });
    expect(errorToWire({ code: 'invalid_body', param: '', detail: 'must be an object' }).body.error).toEqual({
      message: 'body: must be an object',
      type: 'invalid_request_error',
      param: null,
      code: 'invalid_body',
    });
    expect(errorToWire(EVERY.unsupported_param[0]).body.error.param).toBe('top_k');
  });

  it('is the provider’s own code where it gave one', () => {
    const rejected = { code: 'provider_rejected', status: 400, detail: 'too long', param: 'messages' } as const;
    expect(errorToWire({ ...rejected, providerCode: 'context_length_exceeded' }).body.error).toMatchObject({
      code: 'context_length_exceeded',
      param: 'messages',
    });
    for (const usual of ['content_policy_violation', 'invalid_value', 'string_above_max_length', 'invalid_prompt']) {
      expect(errorToWire({ ...rejected, providerCode: usual }).body.error.code).toBe(usual);
    }
    expect(errorToWire({ ...rejected, providerCode: '' }).body.error.code).toBe('provider_rejected');
    expect(errorToWire({ ...rejected, providerCode: null }).body.error.code).toBe('provider_rejected');
  });

  it.each([
    ...Object.keys(EVERY),
    ...['budget_exceeded', 'rate_limit_exceeded', 'idempotency_mismatch', 'idempotency_expired', 'stream_not_found'],
    ...['Missing_Key', ' missing_key '],
  ])('is never one of Carryon’s own: %s', (providerCode) => {
    const error = { code: 'provider_rejected', status: 400, detail: 'no', providerCode } as const;
    expect(errorToWire(error).body.error.code).toBe('provider_rejected');
  });
});
