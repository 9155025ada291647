/** What `npm run slo -- generate` writes, and that it reports every change. Golden files: `vitest -u` writes them again. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectDirectory } from '../../../../../cli/project.ts';
import { documentText } from '../../../../../cli/slo/documents/document.ts';
import type { ConfigInput } from '../../../../../worker/core/config/schema.ts';
import { FILLED } from './filled.ts';
import { draftOf, draftsOf } from './support.ts';

const NAMES = ['slo.md', 'budgets.md', 'sow-clause.md', 'operations.md'];

/** What the promises were a month before. */
const EARLIER: ConfigInput = {
  ...FILLED,
  slo: {
    ...FILLED.slo,
    objectives: [
      ...(FILLED.slo?.objectives ?? [])
        .filter(({ name }) => name !== 'chat-quality')
        .map((one) => (one.name === 'chat-success' ? { ...one, target: 99, promised: 98.5 } : one)),
      { name: 'old-promise', sli: 'success', target: 90 },
    ],
  },
  router: { numRetries: 1 },
  tiers: { team: { rps: 5, burst: 50 } },
};

it.each(NAMES)('%s of a filled config, a month after its first version', async (name) => {
  const first = documentText(draftOf(EARLIER, name), null, '2027-01-01') ?? null;
  const text = documentText(draftOf(FILLED, name), first, '2027-02-01');
  await expect(text).toMatchFileSnapshot(`../../../../fixtures/documents/${name}`);
});

it('says what changed in a promise, in its own words', () => {
  const first = documentText(draftOf(EARLIER, 'slo.md'), null, '2027-01-01') ?? null;
  const lines = (documentText(draftOf(FILLED, 'slo.md'), first, '2027-02-01') ?? '').split('\n');
  const changes = lines.slice(lines.indexOf('## Changes') + 2, -3);
  expect(changes).toEqual([
    '- **2027-02-01**',
    '  - chat-success, promise: At least 98.5 % of requests are answered. → At least 99 % of requests are answered.',
    '  - New: chat-quality (promise: At least 90 % of rated answers are rated good; for: chat; over: 30 days)',
    '  - chat, promise: At least 93.575 % of requests keep chat-success and chat-ttft at once. → At least 94.05 % of requests keep chat-success and chat-ttft at once.',
    '  - our target for chat-success, is: 99 % → 99.5 %',
    '  - New: our target for chat-quality (is: 90 %)',
    '  - our target for chat, is: 94.05 % → 94.525 %',
    '  - Removed: old-promise (promise: At least 90 % of requests are answered; for: all features; over: 30 days)',
    '  - Removed: our target for old-promise (is: 90 %)',
    '- **2027-01-01**',
    '  - First version.',
    '',
  ]);
});

describe('tiers and dependencies', () => {
  const bodyOf = (slo: ConfigInput['slo']) => draftOf({ ...FILLED, slo: { ...FILLED.slo, ...slo } }, 'slo.md').body;

  it('are named beside the promises, and what counts against which', () => {
    const body = bodyOf({});
    const head = body.indexOf('## Promises') + 2;
    expect(body.slice(head, head + 4)).toEqual([
      '| promise | for | what | over the last | tier |',
      '| --- | --- | --- | --- | --- |',
      '| chat-success | chat | At least 99 % of requests are answered. | 30 days | 1 |',
      '| chat-ttft | chat | For at least 95 % of requests, the first word comes within 2.5 seconds. | 30 days | – |',
    ]);
    const from = body.indexOf('## What depends on what');
    expect(body.slice(from + 2, from + 6)).toEqual([
      '- **chat-success** depends on **retrieval**. What retrieval misses counts against it too.',
      '- **chat-whole** depends on **retrieval**. What retrieval misses counts against it too.',
      '- **chat-ttft** depends on **never-lost**. What never-lost misses may affect it, and counts against never-lost alone.',
      '',
    ]);
  });

  it('name no promise that clients are not told of, and nothing where there are none', () => {
    const told = bodyOf({ public: ['chat-success', 'chat-ttft', 'never-lost'] }).join('\n');
    expect(told).toContain('**chat-ttft** depends on **never-lost**');
    expect(told).not.toContain('retrieval');
    const objectives = (FILLED.slo?.objectives ?? []).map(({ tier: _, ...one }) => one);
    const without = bodyOf({ objectives, dependencies: [] }).join('\n');
    expect(without).not.toMatch(/tier|depends on/);
  });
});

describe('what a client is handed', () => {
  const forClients = NAMES.filter((name) => name !== 'budgets.md');

  it.each(forClients)('%s names no other client', (name) => {
    const text = documentText(draftOf(FILLED, name), null, '2027-01-01');
    expect(text).not.toContain('globex');
    expect(text).not.toContain('ALERTS_');
  });

  it.each(forClients)('%s has only public promises where some are public', (name) => {
    const slo = { ...FILLED.slo, public: ['chat-ttft'] };
    const text = documentText(draftOf({ ...FILLED, slo }, name), null, '2027-01-01');
    expect(text).toMatch(/chat-ttft|first word comes within 2.5 seconds/);
    expect(text).not.toMatch(/retrieval|never-lost|0\.015/);
  });

  it('the clause says that it is no legal advice', () => {
    expect(draftOf(FILLED, 'sow-clause.md').body.slice(0, 1).join()).toContain('not legal advice');
  });
});

it.each(['operations.md', 'budgets.md'])('%s names only commands that are documented', (name) => {
  const pages = readdirSync(join(projectDirectory, 'docs')).filter((file) => file.endsWith('.md'));
  const docs = pages.map((file) => readFileSync(join(projectDirectory, 'docs', file), 'utf8')).join('\n');
  const commands =
    draftOf(FILLED, name)
      .body.join('\n')
      .match(/npm run \w+(?: -- [\w-]+)?/g) ?? [];
  expect(commands.length).toBeGreaterThan(1);
  expect(commands.filter((command) => !docs.includes(command))).toEqual([]);
});

/** One change of config each. */
const CHANGED: [string, (input: ConfigInput) => ConfigInput][] = [
  ['service', (input) => ({ ...input, slo: { ...input.slo, service: 'Other' } })],
  ['contact', (input) => ({ ...input, slo: { ...input.slo, contact: 'desk@acme.example' } })],
  ['retention', (input) => ({ ...input, slo: { ...input.slo, retention: '500d' } })],
  ['reviewEvery', (input) => ({ ...input, slo: { ...input.slo, reviewEvery: '90d' } })],
  ['dependencies', (input) => ({ ...input, slo: { ...input.slo, dependencies: [] } })],
  ['averages', (input) => ({ ...input, slo: { ...input.slo, averages: [] } })],
  ['classes', (input) => ({ ...input, slo: { ...input.slo, classes: { gold: { success: 99.95 } } } })],
  ['public', (input) => ({ ...input, slo: { ...input.slo, public: ['chat-ttft'] } })],
  ['staleIs', (input) => ({ ...input, slo: { ...input.slo, staleIs: 'bad' } })],
  ['minErrors', (input) => ({ ...input, slo: { ...input.slo, minErrors: 9 } })],
  ['maintenance', (input) => ({ ...input, slo: { ...input.slo, maintenance: { mostMinutes: 30, noticeHours: 72 } } })],
  ['policy', (input) => ({ ...input, slo: { ...input.slo, policy: [] } })],
  ['credits', (input) => ({ ...input, slo: { ...input.slo, credits: [{ below: 99, percent: 15 }] } })],
  ['publicUrl', (input) => ({ ...input, publicUrl: 'https://other.example' })],
  ['webhooks', (input) => ({ ...input, alerts: {} })],
  ['thresholds', (input) => ({ ...input, alerts: { ...input.alerts, thresholds: [50] } })],
  ['router', (input) => ({ ...input, router: { allowedFails: 9 } })],
  [
    'order',
    (input) => ({
      ...input,
      aliases: {
        ...input.aliases,
        'app/cheap': {
          deployments: [{ id: 'tiny', provider: 'openai', model: 'tiny', price: { input: 1, output: 1 } }],
        },
      },
    }),
  ],
  ['features', (input) => ({ ...input, features: { ...input.features, more: {} } })],
  ['caps', (input) => ({ ...input, features: { ...input.features, summarize: { maxOutputTokens: 99 } } })],
  ['tenants', (input) => ({ ...input, tenants: { globex: { class: 'gold', limits: { monthlyUsd: 1 } } } })],
  [
    'an objective',
    (input) => ({
      ...input,
      slo: {
        ...input.slo,
        objectives: [...(input.slo?.objectives ?? []).slice(0, 2), { name: 'chat', of: ['chat-success', 'chat-ttft'] }],
        dependencies: [],
      },
    }),
  ],
];

describe('a document that reads differently says why, in its changelog', () => {
  const before = draftsOf(FILLED);

  it.each(CHANGED)('after a change of %s', (_, change) => {
    const changed = [...draftsOf(change(FILLED))].filter(([name, { title, body }]) => {
      const earlier = before.get(name);
      return earlier?.title !== title || earlier.body.join('\n') !== body.join('\n');
    });
    expect(changed).not.toEqual([]);
    for (const [name, draft] of changed) {
      const first = before.get(name);
      const text = first && documentText(draft, documentText(first, null, '2027-01-01') ?? null, '2027-02-01');
      expect(text).toContain('Last updated: 2027-02-01');
      expect(text).not.toContain('The wording changed');
    }
  });
});
