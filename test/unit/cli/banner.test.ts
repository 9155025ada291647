import { expect, it } from 'vitest';
import { type BannerFacts, banner } from '../../../cli/banner.ts';
import { sandboxSlots } from '../../../cli/local-defaults.ts';

const facts: BannerFacts = {
  url: 'http://localhost:8787',
  model: 'app/chat',
  sandboxSlots: sandboxSlots({}),
  controlUrl: 'http://localhost:8790',
  local: true,
  ownAdminKey: false,
  notSet: [],
};

it('on a machine where nothing is set: what to ask, how to make A fail, how to plug in real providers', () => {
  expect(banner(facts)).toBe(`
Carryon is ready on http://localhost:8787

Open http://localhost:8787 in a browser: a chat in which you can break things (docs/demo.md).

Ask a question and watch the answer arrive:
  curl -N http://localhost:8787/v1/chat/completions -H 'authorization: Bearer sk-local-dev-key' \\
    -H 'content-type: application/json' \\
    -d '{"model":"app/chat","stream":true,"messages":[{"role":"user","content":"What is a failover?"}]}'
Or from a page that keeps working without a network (docs/travel-mode.md):
  node examples/foreign-front-end/server.mjs --router http://localhost:8787

Admin key: sk-local-admin-key. For more client keys: npm run keys -- create --tenant acme
Something is wrong? npm run route -- list says what is set, and what is in cooldown; docs/operations.md has the commands.
What is promised, and is it kept? npm run slo -- list, or http://localhost:8787/status. What became of a request? npm run why -- ID (its x-request-id).
All of this in a browser: http://localhost:8787/operator asks for the admin key.

Sandbox providers answer for PROVIDER_A and PROVIDER_B (what they can do: curl http://localhost:8790).
Make A fail and see B take over; then repair A:
  curl -X PUT http://localhost:8790/faults/openai -d '{"fault":"503"}'
  curl -X DELETE http://localhost:8790/faults/openai

To plug in real providers, write them to .dev.vars and start again:
  PROVIDER_A_API_BASE=https://api.openai.com/v1
  PROVIDER_A_KEY=sk-…
  PROVIDER_A_MODEL=gpt-5-mini
  PROVIDER_A_FORMAT=openai
  PROVIDER_A_PRICE={"input":0.25,"output":2,"cachedInput":0.025,"cacheWrite":0.25} # not needed if the price list knows the model
(PROVIDER_B_… likewise; the other format is anthropic.)

Ctrl-C stops everything. \`npm start -- --fresh\` forgets the state.
`);
});

it('speaks of the sandbox that stands there', () => {
  const swapped = banner({ ...facts, sandboxSlots: sandboxSlots({ PROVIDER_A_FORMAT: 'anthropic' }) });
  expect(swapped).toContain('faults/anthropic');
  expect(swapped).not.toContain('B takes over'); // both are the same one now
  const onlyB = banner({ ...facts, sandboxSlots: sandboxSlots({ PROVIDER_A_API_BASE: 'https://a.example' }) });
  expect(onlyB).toContain('Make PROVIDER_B fail');
  expect(onlyB).not.toContain('PROVIDER_A');
});

it('without local mode, with an admin key, or with something missing it says so', () => {
  expect(banner({ ...facts, local: false, sandboxSlots: [] })).not.toMatch(/sk-local|andbox/);
  const own = banner({ ...facts, url: 'http://localhost:9000', ownAdminKey: true });
  expect(own).toContain('Admin key: your ADMIN_KEY. For more client keys: PORT=9000 npm run keys');
  expect(own).not.toContain('sk-local-admin-key');
  const missing = banner({ ...facts, notSet: ['Not set, …: KEY_SECRET'] });
  expect(missing).toMatch(/Carryon is on http:\/\/localhost:8787, but not ready:\nNot set, …: KEY_SECRET\n$/);
  expect(missing).not.toMatch(/curl|is ready/);
});
