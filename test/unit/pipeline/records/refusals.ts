/** Requests that are refused before a provider is asked. */
import { feature } from '../support/router.ts';
import { as, asking, LINE, MARKER, type Row, refused } from './asking.ts';

export const REFUSALS: Row[] = [
  ['no key', refused('missing_key', 401), 'key', asking({ headers: { authorization: '' } })],
  ['an unknown key', refused('invalid_key', 401), 'key', asking(as('sk-nobody'))],
  ['an old key', { ...refused('key_expired', 401), tenant: null }, 'key', asking(as('sk-old'))],
  ['an unknown token', refused('invalid_token', 401), 'key', asking(as('eyJ.no.token'))],
  ['an old token', refused('token_expired', 401), 'key', asking(as('eyJ.old.token'))],
  [
    'a server’s key in a page',
    refused('browser_not_allowed', 403),
    'key',
    asking(as('sk-server', { origin: 'https://app.example' })),
  ],
  ['a page elsewhere', refused('origin_not_allowed', 403), 'key', asking(as('pk-page'))],
  [
    'the key store is down',
    { ...refused('key_store_unavailable', 503), feature: 'chat' },
    'gateway',
    asking({}, ({ deps }) => {
      deps.identities = { find: () => Promise.reject(new Error('down')) };
    }),
  ],
  [
    'the sign-in is down',
    refused('sign_in_unavailable', 503),
    'gateway',
    asking(as('eyJ.any.token'), ({ deps }) => {
      const error = { code: 'sign_in_unavailable', retryAfterMs: 1 } as const;
      deps.tokens = { ...deps.tokens, find: async () => ({ ok: false, error }) };
    }),
  ],
  ['no JSON', { ...refused('invalid_json', 400), tenant: 'local', feature: null }, 'caller', asking({ body: MARKER })],
  [
    'no messages',
    { ...refused('invalid_body', 400), feature: 'chat', alias: null },
    'caller',
    asking({ body: { messages: MARKER } }),
  ],
  [
    'an alias that does not exist',
    { ...refused('unknown_alias', 404), feature: 'chat', alias: null },
    'caller',
    asking({ body: { model: MARKER } }),
  ],
  [
    'a feature that does not exist',
    { ...refused('unknown_feature', 400), feature: null },
    'caller',
    asking({ headers: { 'x-carryon-feature': MARKER } }),
  ],
  [
    'a feature that is not the key’s',
    { ...refused('feature_not_allowed', 403), feature: null },
    'key',
    asking(as('sk-chat', { 'x-carryon-feature': 'summarize' })),
  ],
  [
    'two users',
    { ...refused('conflicting_user', 400), alias: 'app/chat', user: null },
    'caller',
    asking({ user: 'ana', body: { user: MARKER } }),
  ],
  ['no user’s name', refused('invalid_user', 400), 'caller', asking({ body: { user: `${MARKER}\n` } })],
  [
    'a page names a user',
    refused('user_not_allowed', 403),
    'key',
    asking({ ...as('pk-page', { origin: 'https://app.example' }), user: 'ana' }),
  ],
  [
    'a page wants a new answer',
    refused('refresh_not_allowed', 403),
    'key',
    asking(as('pk-page', { origin: 'https://app.example', 'x-carryon-cache': 'refresh' })),
  ],
  [
    'too large',
    { ...refused('payload_too_large', 413), stream: false },
    'caller',
    asking({ body: LINE.replace(MARKER, 'x'.repeat(1_100_000)) }),
  ],
  [
    'packed in a way that is not known',
    refused('unsupported_encoding', 415),
    'caller',
    asking({ headers: { 'content-encoding': 'br' } }),
  ],
  [
    'a field that is not supported',
    refused('unsupported_param', 400),
    'caller',
    asking({ body: { store: true } }, ({ deps }) => {
      deps.config.router.strictParams = true;
    }),
  ],
  ['a tier that does not exist', refused('unknown_tier', 403), 'key', asking(as('sk-tier'))],
  [
    'above a cap',
    { ...refused('feature_cap_exceeded', 400), feature: 'chat' },
    'caller',
    asking({ body: { max_tokens: 200 } }, ({ deps }) => {
      const caps = { ...feature('chat').caps, maxOutputTokens: 100 };
      Object.assign(deps.config, { features: new Map([['chat', feature('chat', { caps })]]) });
    }),
  ],
  [
    'a budget that is spent',
    refused('budget_exceeded', 429),
    'budget',
    asking({}, ({ ledger }) => ledger.limit('tenant', { monthlyMicroUsd: 0 })),
  ],
  [
    'a rate that is used up',
    refused('rate_limit_exceeded', 429),
    'rate',
    asking({}, ({ ledger }) => ledger.limit('tenant', { parallel: 0 })),
  ],
  [
    'a user who was revoked',
    { ...refused('access_revoked', 403), user: 'ana' },
    'key',
    asking({ user: 'ana' }, ({ ledger }) => ledger.book.revoke('user:ana')),
  ],
  [
    'the ledger is down',
    refused('ledger_unavailable', 503),
    'gateway',
    asking({}, ({ ledger }) => {
      ledger.limit('tenant', { monthlyMicroUsd: 1_000_000 });
      ledger.always.grant = 'gone';
    }),
  ],
];
