/** What there is, for `GET /` and for whoever asked for something that is not there. */

export const CLIENT_PATHS: Readonly<Record<string, string>> = {
  'POST /v1/chat/completions': 'chat, as OpenAI has it; "model" is an alias of carryon.config.ts',
  'POST /ai': 'the same for front ends, and the short form {"prompt": "…", "feature": "…"}',
  'GET, DELETE /ai/streams/:id': 'the rest of an answer that outlived its connection; or its end',
  'GET /ai/features': 'the features that this key may use, and how long a browser may keep their answers',
  'POST /v1/tokens': 'a token for the page of one user; secret keys only',
  'POST /ai/reports': 'what travel mode saw while a browser could not reach the router',
  'GET /v1/models': 'the aliases that this key may use',
  'GET /sw.js, /travel.js': 'travel mode for pages: the service worker, and the module that registers it',
  'GET /healthz': 'whether it runs, and whether everything is set',
};

export const ADMIN_PATHS: Readonly<Record<string, string>> = {
  'GET, POST /admin/keys': 'npm run keys',
  'DELETE /admin/keys/:id': 'npm run keys -- revoke ID',
  'GET /admin/ledger/:tenant': 'npm run budget -- show --tenant NAME',
  'GET /admin/ledger/:tenant/history': 'npm run budget -- history --tenant NAME',
  'POST /admin/ledger/:tenant/adjustments': 'npm run budget -- adjust, reset',
  'POST /admin/ledger/:tenant/revocations': 'npm run budget -- revoke, restore',
  'PUT /admin/tenants/:tenant/limits': 'npm run budget -- set',
  'GET /admin/overrides, /admin/cooldowns': 'npm run route -- list',
  'DELETE /admin/cooldowns/:deployment': 'npm run route -- clear --deployment NAME',
  'PUT, DELETE /admin/pins/:alias': 'npm run route -- pin, unpin',
  'PUT, DELETE /admin/bypass': 'npm run route -- bypass, unbypass',
  'PUT, DELETE /admin/faults/:deployment': 'npm run route -- fault, unfault',
  'PUT, DELETE /admin/aliases/:alias': 'npm run route -- alias, unalias, undo',
  'POST /admin/drills': 'a key for a drill: {"minutes": 10, "maxCostUsd": 0.5}',
  'GET /admin/audit': 'npm run audit',
  'GET, POST /admin/admin-keys': 'npm run keys -- list-admin, create-admin',
  'DELETE /admin/admin-keys/:id': 'npm run keys -- revoke-admin ID',
  'DELETE /admin/answers?tenant=&feature=': 'npm run answers -- purge --tenant NAME',
  'GET /admin/alerts': 'npm run alerts',
  'POST /admin/alerts/test': 'npm run alerts -- test',
  'GET /admin/openapi.json': 'all of these in OpenAPI 3.1',
};

/** Paths that are planned, with and without `/v1` like those of chat, and what to use until then. */
const PLANNED: Readonly<Record<string, string>> = {
  '/responses':
    'The Responses API is not here yet. Use POST /v1/chat/completions: client.chat.completions.create in the OpenAI SDK, openai.chat("app/chat") or createOpenAICompatible in the AI SDK.',
  '/messages':
    'The Messages API is not here yet. Use POST /v1/chat/completions with an OpenAI SDK; Anthropic models answer there too.',
  '/embeddings':
    'Embeddings are not here yet. Call your provider directly for them; chat is POST /v1/chat/completions.',
};

/** An alias's own slash, taken for one of the path. */
const SPLIT_ALIAS = /^\/admin\/(pins|aliases)\/[^/]+\/./;

/** Why there is nothing at `path`, and what there is near it. */
export function nothingAt(path: string): string {
  const planned = PLANNED[path.replace(/^\/v1(?=\/)/, '')];
  if (planned !== undefined) return planned;
  const near = path === '/admin' || path.startsWith('/admin/') ? ADMIN_PATHS : CLIENT_PATHS;
  const hint = SPLIT_ALIAS.test(path) ? ' A / within a name is written %2F, as in app%2Fchat.' : '';
  return `There is nothing at ${path.slice(0, 100)}.${hint} There are ${Object.keys(near).join('; ')}.`;
}
