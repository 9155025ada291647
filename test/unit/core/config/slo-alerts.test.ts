/** Plain thresholds and runbooks in config: what the build refuses, and what they come to. */
import { readFileSync } from 'node:fs';
import { expect, it, test } from 'vitest';
import { slo as schema } from '../../../../worker/core/config/slo-schema.ts';
import { sloFor } from '../slo/support/slo-for.ts';
import { found, type SloInput } from './support/slo-config.ts';

const PAGE = { severity: 'page' } as const;

it.each<[string, SloInput, string[]]>([
  [
    'a limit of the wrong side',
    { alerts: [{ sli: 'success', above: 3, for: '5m', ...PAGE }] },
    ['slo.alerts[0].above: is not used with "success"; write below'],
  ],
  [
    'no duration',
    { alerts: [{ sli: 'success', ...PAGE }] },
    ['slo.alerts[0].for: is missing; write how long it must last'],
  ],
  [
    'what does not last',
    { alerts: [{ sli: 'no_data', for: '5m', byDay: 3, ...PAGE }] },
    ['slo.alerts[0].byDay: is only used with "spend"', 'slo.alerts[0].for: is not used with "no_data"; leave it out'],
  ],
  [
    'tenants that are not told apart',
    { alerts: [{ sli: 'throughput', of: 'tenant=*', for: '5m', ...PAGE }] },
    ['slo.alerts[0].of: names a tenant: "throughput" is only watched for all requests and for features'],
  ],
  [
    'all tenants at once',
    { alerts: [{ sli: 'spend', of: 'all', ...PAGE }] },
    ['slo.alerts[0].of: covers all tenants: "spend" is watched for each tenant'],
  ],
  [
    'an unknown feature',
    { alerts: [{ sli: 'success', of: 'feature=chta', for: '5m', ...PAGE }] },
    ['slo.alerts[0].of: "chta" is not a feature; did you mean "chat"?'],
  ],
  [
    'the same twice',
    {
      alerts: [
        { sli: 'success', for: '5m', ...PAGE },
        { sli: 'success', for: '5m', below: 90, ...PAGE },
      ],
    },
    ['slo.alerts[1]: is written twice'],
  ],
  [
    'a runbook of nothing',
    { runbooks: { spent: 'https://w.example/x' } },
    ['slo.runbooks.spent: is neither a promise nor anything else that is watched'],
  ],
])('refused: %s', (_, slo, messages) => {
  const all = found(slo).map(String);
  expect(all.length).toBe(messages.length);
  for (const [index, message] of messages.entries()) expect(all[index]).toContain(message);
});

test('the usual ones are those of docs/watch.md, and its example is taken', () => {
  const page = readFileSync(`${import.meta.dirname}/../../../../docs/watch.md`, 'utf8');
  const usual = sloFor(['chat']).alerts.map(({ sli, limit, forMs, severity }) =>
    [sli, limit, forMs / 60_000, severity].join(' '),
  );
  expect(usual).toEqual([
    ...['success  5 page', 'success  60 incident', 'ttft  15 page', 'latency  15 page', 'cost  15 page'],
    ...['spend 80 0 ticket', 'throughput 70 10 ticket', 'rate 90 5 note', 'rejected 3 10 ticket', 'no_data  0 note'],
  ]);
  const [, written = ''] = /^```ts\n(slo: \{.*?\},)\n```$/ms.exec(page) ?? [];
  const example = (new Function(`return { ${written} }`)() as { slo: SloInput }).slo;
  expect(schema.parse(example).alerts?.length).toBe(3);
});
