/** The existing paths, shown to a caller that asked for one that does not exist. */
import { withoutKeys } from '../core/identity/key-format.ts';
import { DOORS } from '../doors/doors.ts';

const CLIENT_PATHS = [
  ...Object.values(DOORS).map(({ paths }) => `POST ${paths[0]}`),
  'GET, DELETE /ai/streams/:id',
  'GET /ai/features',
  'POST /v1/tokens',
  'POST /ai/reports',
  'POST /v1/feedback, /v1/sli',
  'GET /v1/models',
  'GET /v1/usage',
  'GET /sw.js, /travel.js',
  'GET /healthz',
  'GET /metrics',
  'GET /slo?window=&feature=',
  'GET /demo/settings',
  "in local mode, for the router's own page: POST /demo/token, PUT /demo/limits, PUT and DELETE /demo/faults/:deployment",
];

/** Every path of the admin API with its methods. */
export const ADMIN_PATHS = [
  'GET /admin/config',
  'GET, POST /admin/keys',
  'DELETE /admin/keys/:id',
  'GET /admin/ledger/:tenant',
  'GET /admin/ledger/:tenant/history',
  'POST /admin/ledger/:tenant/adjustments',
  'POST /admin/ledger/:tenant/revocations',
  'PUT /admin/tenants/:tenant/limits',
  'GET /admin/overrides, /admin/cooldowns',
  'DELETE /admin/cooldowns/:deployment',
  'PUT, DELETE /admin/pins/:alias',
  'PUT, DELETE /admin/bypass',
  'PUT, DELETE /admin/faults/:deployment',
  'PUT, DELETE /admin/aliases/:alias',
  'PUT, DELETE /admin/safeguards/:feature',
  'PUT, DELETE /admin/freeze',
  'POST /admin/drills',
  'GET /admin/audit',
  'GET /admin/slo?tenant=&feature=&window=',
  'GET /admin/slo/history?objective=, /admin/slo/durations?feature=, /admin/slo/months/:month',
  'GET /admin/money?tenant=&month=',
  'GET, POST /admin/admin-keys',
  'DELETE /admin/admin-keys/:id',
  'DELETE /admin/answers?tenant=&feature=',
  'GET /admin/requests, /admin/requests/:id',
  'GET /admin/alerts',
  'POST /admin/alerts/test',
  'GET /admin/firing',
  'GET /admin/policies',
  'PUT /admin/acknowledgements',
  'GET, PUT, DELETE /admin/silences',
  'GET, POST /admin/incidents',
  'PUT /admin/incidents/:id',
  'GET /admin/openapi.json',
];

/** Planned paths, recognized with and without `/v1`, and what to use until they exist. */
const PLANNED: Readonly<Record<string, string>> = {
  '/responses':
    'The Responses API is not here yet. Use POST /v1/chat/completions: client.chat.completions.create in the OpenAI SDK, openai.chat("app/chat") or createOpenAICompatible in the AI SDK.',
  '/messages':
    'The Messages API is not here yet. Use POST /v1/chat/completions with an OpenAI SDK; Anthropic models answer there too.',
  '/embeddings':
    'Embeddings are not here yet. Call your provider directly for them; chat is POST /v1/chat/completions.',
};

/** Matches a path in which the slash of an alias was not escaped. */
const SPLIT_ALIAS = /^\/admin\/(pins|aliases)\/[^/]+\/./;

/** The text of a 404: why `path` does not exist, and which similar paths do. */
export function notFoundText(path: string): string {
  const planned = PLANNED[path.replace(/^\/v1(?=\/)/, '')];
  if (planned !== undefined) return planned;
  const near = path === '/admin' || path.startsWith('/admin/') ? ADMIN_PATHS : CLIENT_PATHS;
  const hint = SPLIT_ALIAS.test(path) ? ' A / within a name is written %2F, as in app%2Fchat.' : '';
  return `There is nothing at ${withoutKeys(path).slice(0, 100)}.${hint} There are ${near.join('; ')}.`;
}
