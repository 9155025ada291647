/** Requests that end in each way a client can cause, and what each has to count as. */
import { exports } from 'cloudflare:workers';
import { uuidV7 } from '../../protocol/uuid-v7.ts';
import { errorEvent, text } from '../unit/pipeline/support/openai.ts';
import { callAdmin } from './call-admin.ts';
import {
  asking,
  begins,
  begun,
  both,
  callsTool,
  drillKey,
  fails,
  feature,
  good,
  hangs,
  type Ids,
  idOf,
  keyed,
  leaving,
  ORIGIN,
  pageKey,
  provided,
  question,
  token,
} from './counted-asking.ts';
import {
  ask,
  BEGAN_AT,
  MAINTENANCE_AT,
  newKey,
  pass,
  provides,
  secret,
  send,
  sent,
  until,
  VISITOR,
} from './counted-harness.ts';

/**
 * `told`: of each request its code, its ending and what it counts as. For the time to the first content it counts as the same, and
 * not at all where it failed before that; else it is said.
 */
export type Row = [what: string, told: string[], ask: () => Promise<Ids>];

export const ROWS: Row[] = [
  ['no key', ['missing_key refused key'], asking({ key: null })],
  ['an unknown key', ['invalid_key refused key'], asking({ key: `sk-${secret('key')}` })],
  [
    'an old key',
    ['key_expired refused key'],
    asking(async () => {
      const key = await newKey({ expiresInSeconds: 1 });
      await pass(2_000);
      return { key };
    }),
  ],
  ['an unknown token', ['invalid_token refused key'], asking({ key: `eyJ.${secret('token')}.x` })],
  [
    'an old token',
    ['token_expired refused key'],
    asking(async () => {
      const key = await token();
      await pass(2_000);
      return { key };
    }),
  ],
  [
    'a server’s key in a page',
    ['browser_not_allowed refused key'],
    asking(async () => ({ key: await newKey({}), headers: { origin: ORIGIN } })),
  ],
  [
    'a page elsewhere',
    ['origin_not_allowed refused key'],
    asking(async () => ({ key: await pageKey(), headers: { origin: `https://${secret('origin')}.example` } })),
  ],
  [
    'a page names a user',
    ['user_not_allowed refused key'],
    asking(async () => ({ key: await pageKey(), headers: { origin: ORIGIN, 'x-carryon-user': secret('user') } })),
  ],
  [
    'a page wants a new answer',
    ['refresh_not_allowed refused key'],
    asking(async () => ({ key: await pageKey(), headers: { origin: ORIGIN, 'x-carryon-cache': 'refresh' } })),
  ],
  [
    'a feature that is not the key’s',
    ['feature_not_allowed refused key'],
    asking(async () => ({ key: await newKey({ features: ['chat'] }), ...feature('summarize') })),
  ],
  [
    'a user who was revoked',
    ['access_revoked refused key'],
    asking(async () => {
      const user = secret('revoked');
      await callAdmin('POST', 'ledger/acme/revocations', { scope: `user:${user}`, revoked: true, who: 'ops' });
      return { key: await newKey({}), headers: { 'x-carryon-user': user } };
    }),
  ],
  ['no JSON', ['invalid_json refused caller'], asking({ body: secret('body') })],
  ['no messages', ['invalid_body refused caller'], asking({ body: { messages: secret('messages') } })],
  ['an alias that does not exist', ['unknown_alias refused caller'], asking({ body: { model: secret('alias') } })],
  ['a feature that does not exist', ['unknown_feature refused caller'], asking(feature(secret('feature')))],
  ['a field that is not supported', ['unsupported_param refused caller'], asking({ body: { store: true } })],
  [
    'two users',
    ['conflicting_user refused caller'],
    asking({ headers: { 'x-carryon-user': secret('one') }, body: { user: secret('two') } }),
  ],
  ['no user’s name', ['invalid_user refused caller'], asking({ body: { user: `${secret('user')}\n` } })],
  ['too large', ['payload_too_large refused caller'], asking({ body: question('x'.repeat(1_100_000)) })],
  [
    'packed in an unknown way',
    ['unsupported_encoding refused caller'],
    asking({ headers: { 'content-encoding': secret('encoding') } }),
  ],
  ['another machine’s name', ['misdirected_request refused caller'], asking({ host: `${secret('host')}.example` })],
  [
    'an upload that takes too long',
    ['body_timeout refused caller'],
    async () => {
      const response = send({ body: new ReadableStream({ pull: () => new Promise(() => {}) }) });
      let isOver = false;
      response.finally(() => {
        isOver = true;
      });
      while (!isOver) await pass(5_000);
      return [(await response).headers.get('x-request-id')];
    },
  ],
  ['above a cap', ['feature_cap_exceeded refused caller'], asking({ ...feature('capped'), body: { max_tokens: 200 } })],
  [
    'a budget that is spent',
    ['budget_exceeded refused budget'],
    asking(async () => ({ key: await newKey({ tenant: 'broke' }), body: { user: secret('poor') } })),
  ],
  [
    'a rate that is used up',
    ['none complete good', 'rate_limit_exceeded refused rate'],
    async () => {
      const asked = { key: await newKey({ tenant: 'slow' }), body: { user: secret('hasty') } };
      return [...(await asking(asked)()), ...(await asking(asked)())];
    },
  ],
  ['a mistake of the caller', ['provider_rejected refused caller'], asking({}, fails(400))],
  [
    'one key for two questions',
    ['none complete good', 'idempotency_mismatch refused idempotency'],
    async () => [
      ...(await asking(keyed('twice'))()),
      ...(await asking({ ...keyed('twice'), body: question('other') })()),
    ],
  ],
  [
    'a key that is too old',
    ['idempotency_expired refused idempotency'],
    asking({ headers: { 'idempotency-key': uuidV7(BEGAN_AT - 90 * 86_400_000, new Array(10).fill(7)) } }),
  ],
  [
    'the rest of an answer is no request of its own',
    [],
    async () => {
      await asking({ headers: { ...keyed('never').headers, 'last-event-id': '7' } })();
      return [];
    },
  ],
  [
    'stopped by DELETE',
    ['stopped cut stopped, ttft good'],
    async () => {
      provides(begins());
      const response = await send({ headers: { ...keyed('stop').headers, 'x-carryon-resume': '1' }, stream: true });
      const url = `http://localhost/ai/streams/${response.headers.get('x-carryon-stream-id')}`;
      await exports.default.fetch(
        new Request(url, {
          method: 'DELETE',
          headers: { authorization: 'Bearer sk-local-dev-key', 'x-carryon-visitor': VISITOR },
        }),
      );
      await response.text();
      return [response.headers.get('x-request-id')];
    },
  ],
  ['left before any content', ['client_gone left left, ttft bad'], leaving({ stream: true })],
  ['the same under a key', ['client_gone left left, ttft bad'], leaving({ ...keyed('left'), stream: true })],
  [
    'the same of a shared answer',
    ['client_gone left left, ttft bad'],
    leaving({ ...feature('summarize'), body: question('left') }),
  ],
  [
    'left in the middle',
    ['none left good'],
    async () => {
      provides(begins());
      const response = await send({ stream: true });
      await (await begun(response)).cancel();
      return [response.headers.get('x-request-id')];
    },
  ],
  ['a plain answer', ['none complete good'], asking({ body: { user: secret('user') } })],
  ['a streamed answer', ['none complete good'], asking({ stream: true })],
  [
    'an answer that calls a tool',
    ['none complete good'],
    asking(
      {
        body: {
          tools: [{ type: 'function', function: { name: 'look_up', description: secret('tool'), parameters: {} } }],
        },
      },
      callsTool,
    ),
  ],
  [
    'a key that is used again',
    ['none complete good', 'none complete good'],
    async () => [...(await asking(keyed('again'))()), ...(await asking(keyed('again'), fails(500))())],
  ],
  ['two under one key', ['none complete good', 'none complete good'], both(keyed('both'))],
  [
    'two with one question',
    ['none complete good', 'none complete good'],
    both({ ...feature('summarize'), body: question('both') }),
  ],
  ['an answer of the safeguard', ['none complete good'], asking({ ...feature('degraded'), body: { max_tokens: 200 } })],
  [
    'requests of a drill',
    ['none complete drill', 'providers_unavailable refused drill'],
    async () => {
      const key = await drillKey();
      return [...(await asking({ key })()), ...(await asking({ key }, fails(500))())];
    },
  ],
  [
    'a miss, then a hit',
    ['none complete good', 'none complete good'],
    async () => [
      ...(await asking({ ...feature('summarize'), body: question('kept') })()),
      ...(await asking({ ...feature('summarize'), body: question('kept') }, fails(500))()),
    ],
  ],
  [
    'an answer after a failover',
    ['none complete good'],
    asking({}, (call) => (call.to === 'a' ? fails(500)(call) : good(call))),
  ],
  ['a stream that breaks off', ['stream_interrupted cut inference'], asking({ stream: true }, begins(text('!')))],
  ['a stream that fails', ['stream_interrupted cut inference'], asking({ stream: true }, begins(errorEvent))],
  [
    'one under a key',
    ['stream_interrupted cut inference'],
    asking({ ...keyed('cut'), stream: true }, begins(errorEvent)),
  ],
  ['all providers fail', ['providers_unavailable refused inference'], asking({}, fails(500))],
  ['all providers fail a key', ['providers_unavailable refused inference'], asking(keyed('failed'), fails(500))],
  [
    'all providers hang',
    ['deadline_exceeded refused inference'],
    async () => {
      provides(hangs);
      const [response] = await provided(() => send({ stream: true }));
      await pass(8_000);
      await until(() => sent.providers.at(-1)?.includes(':8789/') === true);
      await pass(7_000);
      return [await idOf(response)];
    },
  ],
  [
    'all deployments are busy',
    ['none left good', 'overloaded refused gateway'],
    async () => {
      provides(begins());
      const narrow = { body: { model: 'app/narrow' }, stream: true };
      const first = await send(narrow);
      const reader = await begun(first);
      const second = await ask(narrow);
      await reader.cancel();
      return [first.headers.get('x-request-id'), second];
    },
  ],
  [
    'a stale answer',
    ['none complete good'],
    async () => {
      await pass(3_600_000);
      return asking({ ...feature('summarize'), body: question('kept') }, fails(500))();
    },
  ],
  ['all providers limit the rate', ['rate_limited_by_provider refused inference'], asking({}, fails(429))],
  [
    'requests in planned maintenance',
    ['none complete maintenance', 'providers_unavailable refused maintenance'],
    async () => {
      await pass(MAINTENANCE_AT + 60_000 - Date.now());
      return [...(await asking()()), ...(await asking({}, fails(500))())];
    },
  ],
];
