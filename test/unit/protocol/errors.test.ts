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
  key_expired: [{ code: 'key_expired' }, 401, 'final'],
  invalid_token: [{ code: 'invalid_token', detail: "its signature is not this router's" }, 401, 'final'],
  token_expired: [{ code: 'token_expired' }, 401, 'final'],
  token_not_allowed: [{ code: 'token_not_allowed', detail: 'Only a secret key makes tokens.' }, 403, 'final'],
  sign_in_unavailable: [{ code: 'sign_in_unavailable', retryAfterMs: 1_500 }, 503, 'retryable'],
  browser_not_allowed: [{ code: 'browser_not_allowed' }, 403, 'final'],
  origin_not_allowed: [{ code: 'origin_not_allowed', origin: 'https://a.example' }, 403, 'final'],
  user_not_allowed: [{ code: 'user_not_allowed' }, 403, 'final'],
  invalid_user: [{ code: 'invalid_user', detail: 'At most 256.' }, 400, 'final'],
  unsupported_encoding: [{ code: 'unsupported_encoding', encoding: 'br' }, 415, 'final'],
  misdirected_request: [{ code: 'misdirected_request', host: 'evil.example' }, 421, 'final'],
  conflicting_user: [{ code: 'conflicting_user', detail: 'send one' }, 400, 'final'],
  admin_closed: [{ code: 'admin_closed' }, 503, 'final'],
  invalid_admin_key: [{ code: 'invalid_admin_key' }, 401, 'final'],
  invalid_metrics_token: [{ code: 'invalid_metrics_token' }, 401, 'final'],
  scope_not_allowed: [{ code: 'scope_not_allowed', needed: 'operate', has: 'read' }, 403, 'final'],
  payload_too_large: [{ code: 'payload_too_large', limitBytes: 1_048_576 }, 413, 'final'],
  method_not_allowed: [{ code: 'method_not_allowed', method: 'PUT', allow: ['GET', 'POST'] }, 405, 'final'],
  not_found: [{ code: 'not_found', path: '/v2' }, 404, 'final'],
  not_configured: [
    { code: 'not_configured', missing: ['KEY_SECRET', 'A_KEY'], how: 'Set each with "npx wrangler secret put NAME".' },
    503,
    'final',
  ],
  provider_rejected: [{ code: 'provider_rejected', status: 422, detail: 'no', providerCode: 'flagged' }, 422, 'final'],
  providers_unavailable: [{ code: 'providers_unavailable', retryAfterMs: 1_500, detail: 'all down' }, 503, 'retryable'],
  deadline_exceeded: [{ code: 'deadline_exceeded', retryAfterMs: 1_500, detail: 'late' }, 503, 'retryable'],
  overloaded: [{ code: 'overloaded', retryAfterMs: 1_500 }, 503, 'retryable'],
  rate_limited_by_provider: [{ code: 'rate_limited_by_provider', retryAfterMs: 1_500 }, 429, 'retryable'],
  key_store_unavailable: [{ code: 'key_store_unavailable', retryAfterMs: 1_500 }, 503, 'retryable'],
  feature_cap_exceeded: [
    { code: 'feature_cap_exceeded', feature: 'chat', param: 'max_tokens', detail: 'at most 300' },
    400,
    'final',
  ],
  budget_exceeded: [
    {
      code: 'budget_exceeded',
      scope: 'user:ana',
      limit: 'daily',
      resetsAt: 1.8e12,
      retryAfterMs: 9,
      onlyHeld: false,
      neverFits: false,
    },
    429,
    'final',
  ],
  rate_limit_exceeded: [
    { code: 'rate_limit_exceeded', scope: 'tenant', limit: 'rps', cap: 10, retryAfterMs: 1_500, neverFits: false },
    429,
    'retryable',
  ],
  access_revoked: [{ code: 'access_revoked', scope: 'user:ana' }, 403, 'final'],
  unknown_tier: [{ code: 'unknown_tier', tier: 'gold' }, 403, 'final'],
  idempotency_mismatch: [{ code: 'idempotency_mismatch' }, 422, 'final'],
  idempotency_expired: [{ code: 'idempotency_expired' }, 409, 'final'],
  stream_not_found: [{ code: 'stream_not_found' }, 404, 'final'],
  stopped: [{ code: 'stopped' }, 410, 'final'],
  stream_unavailable: [{ code: 'stream_unavailable', retryAfterMs: 1_500 }, 503, 'retryable'],
  refresh_not_allowed: [{ code: 'refresh_not_allowed' }, 403, 'final'],
  ledger_unavailable: [{ code: 'ledger_unavailable', retryAfterMs: 1_500 }, 503, 'retryable'],
  audit_unavailable: [{ code: 'audit_unavailable', retryAfterMs: 1_500 }, 503, 'retryable'],
  board_unavailable: [{ code: 'board_unavailable', retryAfterMs: 1_500 }, 503, 'retryable'],
  book_unavailable: [{ code: 'book_unavailable', retryAfterMs: 1_500 }, 503, 'retryable'],
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
      const { limit: _, ...openai } = wire.body.error;
      expect(Object.keys(openai).toSorted()).toEqual(['code', 'message', 'param', 'type']);
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
    expect(messageOf(EVERY.not_configured[0])).toMatch(
      /"npx wrangler secret put NAME"\. What is missing: KEY_SECRET; A_KEY$/,
    );
    expect(messageOf(EVERY.payload_too_large[0])).toContain('1048576');
    expect(messageOf({ code: 'not_found', path: '/v1/messages', detail: 'Use POST /v1/chat/completions.' })).toBe(
      'Use POST /v1/chat/completions.',
    );
    expect(messageOf({ code: 'origin_not_allowed', origin: null })).toContain('no Origin header was sent');
    expect(messageOf(EVERY.origin_not_allowed[0])).toMatch(/"https:\/\/a\.example".*"origins" in carryon\.config\.ts/);
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

describe('whose limit it was', () => {
  const figures = { spentMicroUsd: 990_000, heldMicroUsd: 5_000, capMicroUsd: 1_000_000, wantedMicroUsd: 6_200 };
  const refused: RouterError = {
    code: 'budget_exceeded',
    scope: 'tenant',
    limit: 'monthly',
    figures,
    resetsAt: Date.UTC(2026, 11, 1),
    retryAfterMs: 1_000,
    onlyHeld: false,
    neverFits: false,
  };

  it('a budget that is spent: what was spent, held, the cap, and when it resets; asking again is in vain', () => {
    const { headers, body } = errorToWire(refused);
    expect(headers).toEqual({ 'x-should-retry': 'false' });
    expect(body.error.message).toBe(
      "Carryon's monthly budget of your tenant leaves no room for this request. It could cost up to $0.0062; spent $0.99, held $0.005, cap $1. It resets at 2026-12-01T00:00:00.000Z.",
    );
    expect(body.error.limit).toEqual({
      owner: 'carryon',
      scope: 'tenant',
      name: 'monthly',
      ...figures,
      resetsAt: Date.UTC(2026, 11, 1),
    });
  });

  it('more than the whole budget: what would fit', () => {
    const { body } = errorToWire({ ...refused, neverFits: true });
    expect(body.error.message).toContain(
      "Send a shorter request or a smaller output cap. The setting is monthlyUsd in the tenant's limits. It resets at 2026-12-01",
    );
    const cap = { neverFits: true, limit: 'request', resetsAt: null } as const;
    const ofRequest = errorToWire({ ...refused, ...cap, scope: 'feature:chat' }).body.error;
    expect(ofRequest.message).toMatch(
      /^Carryon's maxCostPerRequest of the feature "chat" .* output cap\. The setting is features\.chat\.maxCostPerRequest\.$/,
    );
    expect(ofRequest.limit).not.toHaveProperty('resetsAt');
  });

  it('a budget that others only hold: ask again', () => {
    const { headers, body } = errorToWire({ ...refused, onlyHeld: true });
    expect(headers).toEqual({ 'retry-after': '1', 'retry-after-ms': '1000' });
    expect(body.error.message).toContain('Running requests hold the money that is missing. Ask again shortly.');
  });

  it('a caller who may not see costs sees no figures', () => {
    const { figures: _, ...hidden } = refused;
    const { body } = errorToWire(hidden);
    expect(body.error.message).not.toContain('$');
    expect(body.error.limit).toEqual({
      owner: 'carryon',
      scope: 'tenant',
      name: 'monthly',
      resetsAt: refused.resetsAt,
    });
  });

  it.each([
    ['rps', 'the rate of requests (at most 7 in a burst)'],
    ['tpm', 'tokens (7 a minute)'],
    ['parallel', 'requests at once (7)'],
  ] as const)('%s', (limit, words) => {
    const pace = { code: 'rate_limit_exceeded', scope: 'feature:chat', limit, cap: 7, retryAfterMs: 120 } as const;
    const soon = errorToWire({ ...pace, neverFits: false });
    expect(soon.body.error.message).toBe(
      `Carryon's limit on ${words} for the feature "chat" is reached. Ask again in 120 ms.`,
    );
    expect(soon.headers).toEqual({ 'retry-after': '1', 'retry-after-ms': '120' });
    expect(soon.body.error.limit).toEqual({ owner: 'carryon', scope: 'feature:chat', name: limit, cap: 7 });
    const never = errorToWire({ ...pace, neverFits: true });
    expect(never.headers).toEqual({ 'x-should-retry': 'false' });
    expect(never.body.error.message).toContain(`The setting is features.chat.limits.${limit}.`);
    const ofUser = errorToWire({ ...pace, neverFits: true, scope: 'user:a:b' }).body.error.message;
    expect(ofUser).toContain(`The setting is ${limit} in userLimits.`);
  });

  it('an address’s is told with the headers that the ledger’s rates have', () => {
    const code = 'rate_limit_exceeded' as const;
    const { status, headers, body } = errorToWire({
      ...{ code, scope: 'address', limit: 'rpm', cap: 60, retryAfterMs: 12_300, neverFits: false },
    });
    expect([status, body.error.limit]).toEqual([429, { owner: 'carryon', scope: 'address', name: 'rpm', cap: 60 }]);
    expect(body.error.message).toBe(
      "Carryon's limit on requests (60 a minute) for your address is reached. Ask again in 13 s.",
    );
    expect(headers).toEqual({
      ...{ 'retry-after': '13', 'retry-after-ms': '12300' },
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '13s',
    });
  });

  it('a provider’s own limit is called so', () => {
    expect(errorToWire({ code: 'rate_limited_by_provider', retryAfterMs: 1 }).body.error.limit).toEqual({
      owner: 'provider',
    });
  });
});
