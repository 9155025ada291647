/** The places of the repository and the packages that each room may import; a `type ` entry allows type imports only. */
export const ARROWS: Record<string, string[]> = {
  'protocol/': ['protocol/'],
  'worker/core/': ['protocol/', 'worker/core/', 'zod/mini'],
  'sw/core/': ['protocol/', 'sw/core/'],
  // The page resumes streams with the worker's code.
  'sw/page/': [
    ...['protocol/', 'sw/core/', 'sw/page/', 'type public/travel.d.ts', 'workbox-window'],
    ...['sw/resume.ts', 'sw/platform.ts', 'sw/stream.ts'],
  ],
  'sw/': ['protocol/', 'sw/', 'workbox-core', 'workbox-strategies', 'idb'],
  'worker/providers/': ['protocol/', 'worker/core/', 'worker/providers/'],
  // No format knows another: what several need is in `shared`.
  'worker/providers/openai/': [
    ...[
      'protocol/',
      'worker/core/',
      'worker/providers/adapter.ts',
      'worker/providers/openai/',
      'worker/providers/shared/',
    ],
  ],
  'worker/providers/anthropic/': [
    ...['protocol/', 'worker/core/', 'worker/providers/adapter.ts'],
    ...['worker/providers/anthropic/', 'worker/providers/shared/'],
  ],
  'worker/providers/shared/': ['protocol/', 'worker/core/', 'worker/providers/adapter.ts', 'worker/providers/shared/'],
  'worker/ports.ts': ['type protocol/', 'type worker/core/', 'type worker/providers/adapter.ts'],
  'worker/objects/': [
    ...['protocol/', 'worker/core/', 'worker/objects/', 'type worker/env.ts', 'type worker/ports.ts'],
    'cloudflare:workers',
  ],
  // The line of a request, and what it is made of: bodies in, money held, providers asked, a response made.
  'worker/pipeline/': [
    ...['protocol/', 'worker/core/', 'type worker/providers/adapter.ts', 'type worker/ports.ts'],
    ...['body', 'doors', 'identity', 'lease', 'overrides', 'pipeline', 'response', 'run', 'upstream'].map(
      (room) => `worker/${room}/`,
    ),
  ],
  'worker/run/': [
    ...['protocol/', 'worker/core/', 'type worker/providers/adapter.ts', 'type worker/ports.ts'],
    ...['doors', 'lease', 'overrides', 'pipeline', 'response', 'run', 'upstream'].map((room) => `worker/${room}/`),
  ],
  'worker/response/': [
    ...['protocol/', 'worker/core/', 'type worker/providers/adapter.ts', 'type worker/ports.ts'],
    ...['worker/doors/', 'worker/response/', 'worker/pipeline/', 'type worker/upstream/'],
  ],
  'worker/overrides/': [
    ...['protocol/', 'worker/core/', 'type worker/providers/adapter.ts', 'type worker/ports.ts'],
    ...['worker/overrides/', 'worker/upstream/', 'type worker/pipeline/'],
  ],
  'worker/upstream/': [
    ...['protocol/', 'worker/core/', 'type worker/providers/adapter.ts', 'type worker/ports.ts'],
    ...['worker/upstream/', 'worker/body/read-text.ts', 'type worker/pipeline/'],
  ],
  'worker/lease/': ['protocol/', 'worker/core/', 'type worker/ports.ts', 'worker/lease/'],
  'worker/identity/': [
    ...['protocol/', 'worker/core/', 'type worker/ports.ts', 'worker/identity/', 'worker/response/header-text.ts'],
  ],
  'worker/body/': ['protocol/', 'worker/core/', 'type worker/ports.ts', 'worker/body/'],
  // Inbound formats: pure translators, as providers are on the other side.
  'worker/doors/': ['protocol/', 'worker/core/', 'worker/doors/'],
  'worker/endpoints/': [
    ...['protocol/', 'worker/core/', 'type worker/providers/adapter.ts', 'type worker/ports.ts'],
    ...['worker/body/', 'worker/doors/', 'worker/endpoints/', 'worker/identity/', 'worker/pipeline/'],
    ...['worker/response/plain.ts', 'zod/mini'],
  ],
  'worker/stores/': ['protocol/', 'worker/core/', 'type worker/ports.ts', 'type worker/objects/', 'worker/stores/'],
  'worker/env.ts': ['worker/core/', 'type worker/objects/', 'zod/mini'],
  'worker/checked-config.ts': ['worker/core/', 'worker/providers/presets.ts', 'carryon.config.ts'],
  'worker/deps.ts': [
    'protocol/',
    'worker/core/',
    'worker/providers/',
    'type worker/ports.ts',
    'worker/stores/',
    'type worker/objects/',
    'worker/env.ts',
    'worker/checked-config.ts',
  ],
  'worker/admin/': [
    'protocol/',
    'worker/core/',
    'worker/admin/',
    'type worker/edge.ts',
    'worker/response/plain.ts',
    'worker/body/read-json.ts',
    'worker/stores/same-secret.ts',
    'worker/stores/signed-key.ts',
    'hono',
    'zod/mini',
  ],
  'worker/demo/': [
    ...['protocol/', 'worker/core/', 'worker/demo/'],
    // An operator's changes, which the demo makes in local mode.
    ...[
      'worker/admin/change.ts',
      'worker/admin/change-override.ts',
      'worker/admin/cooldowns.ts',
      'worker/admin/limits.ts',
    ],
    ...['worker/edge.ts', 'worker/identity/local-mode.ts', 'worker/pipeline/identify.ts', 'worker/response/plain.ts'],
    'worker/body/read-json.ts',
    ...['worker/stores/digest.ts', 'hono', 'zod/mini'],
  ],
  'worker/edge.ts': [
    ...['type worker/core/', 'type worker/deps.ts', 'type worker/pipeline/request.ts', 'worker/response/plain.ts'],
    'type hono',
  ],
  'worker/http-context.ts': [
    ...[
      'protocol/',
      'worker/core/',
      'type worker/ports.ts',
      'type worker/pipeline/',
      'worker/response/server-timing.ts',
    ],
  ],
  'worker/app.ts': [
    'protocol/',
    'worker/admin/',
    'worker/demo/',
    'type worker/deps.ts',
    'worker/edge.ts',
    'type worker/env.ts',
    'worker/doors/',
    'worker/endpoints/',
    'worker/identity/',
    'worker/pipeline/',
    ...['worker/http-context.ts', 'worker/response/plain.ts'],
    'hono',
  ],
  'worker/index.ts': [
    'worker/app.ts',
    'worker/deps.ts',
    'type worker/env.ts',
    'worker/objects/',
    'worker/run/run-job.ts',
  ],
  'web-demo/core/': ['protocol/', 'web-demo/core/', 'web-demo/words/', 'type public/travel.d.ts'],
  'web-demo/words/': ['web-demo/words/', 'type web-demo/core/'],
  'web-demo/markdown/': ['web-demo/core/', 'web-demo/markdown/', 'marked', 'remend'],
  // Pages of their own, which share styles with the demo and none of its scripts.
  'web-demo/status/': ['web-demo/status/', 'web-demo/words/format.ts', 'type worker/core/'],
  'web-demo/operator/': [
    // `npm run why` has the words of what became of requests.
    ...['protocol/', 'web-demo/operator/', 'web-demo/plots/', 'type worker/core/', 'cli/why/words.ts'],
    ...['preact', '@preact/signals'],
  ],
  'web-demo/plots/': ['web-demo/plots/', 'preact'],
  'web-demo/worker/': ['web-demo/worker/', 'workbox-precaching', 'workbox-routing'],
  'web-demo/': [
    ...['protocol/', 'web-demo/', 'type public/travel.d.ts', '/travel.js'],
    ...['preact', '@preact/signals', 'eventsource-parser'],
  ],
  'sandbox/': ['protocol/result.ts', 'protocol/sse.ts', 'sandbox/', 'node:'],
  'cli/': [
    'protocol/',
    'worker/core/',
    'worker/providers/',
    'cli/',
    'sandbox/',
    'package.json',
    'node:',
    '@pydantic/genai-prices',
    'esbuild',
    'miniflare',
    'workerd',
    'typescript',
    'vite',
    'wrangler',
    'zod/mini',
  ],
};
