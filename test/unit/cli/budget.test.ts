import { describe, expect, it } from 'vitest';
import { joinNegatives, limitsFrom, numberFrom, scopeFrom, tenantFrom } from '../../../cli/budget/flags.ts';
import { correctionText, historyLines, type LedgerAnswer, showLines } from '../../../cli/budget/show.ts';
import { operatorName } from '../../../cli/operator.ts';
import type { Settlement } from '../../../worker/core/ledger/book/settlements.ts';

describe('the flags of npm run budget', () => {
  it.each([
    [['--usd', '-0.25'], ['--usd=-0.25']],
    [
      ['--usd', '-.5', '--who', 'ana'],
      ['--usd=-.5', '--who', 'ana'],
    ],
    [
      ['--usd=1', '-2'],
      ['--usd=1', '-2'],
    ],
    [
      ['--json', '-x'],
      ['--json', '-x'],
    ],
  ])('%j may hold a number below zero', (args, joined) => {
    expect(joinNegatives(args)).toEqual(joined);
  });

  it('say which limits to set; "config" brings config’s back, and "none" is refused', () => {
    const flags = { 'monthly-usd': '5', 'daily-usd': 'config', rps: '.5', burst: '10', tpm: 'config', parallel: '0' };
    expect(limitsFrom(flags)).toEqual({ monthlyUsd: 5, dailyUsd: null, rps: 0.5, burst: 10, tpm: null, parallel: 0 });
    expect(limitsFrom({ rps: '2' })).toEqual({ rps: 2 });
    expect(() => limitsFrom({})).toThrow('Say which limit to set: --monthly-usd, --daily-usd, --rps');
    for (const word of ['unlimited', 'none']) {
      expect(() => limitsFrom({ rps: word })).toThrow(
        `--rps=${word}: write a number, or "config" to restore config's own limit`,
      );
    }
  });

  it.each(['', ' ', '$5', '5,5', '1e3', '0x10', 'NaN', 'Infinity', '--rps'])('%j is no amount', (text) => {
    expect(() => numberFrom('usd', text, 'an amount in USD such as -0.25')).toThrow(
      `--usd=${text}: write an amount in USD such as -0.25`,
    );
  });

  it('name a tenant and a scope', () => {
    expect(tenantFrom('acme.eu-1')).toBe('acme.eu-1');
    expect(() => tenantFrom(undefined)).toThrow('--tenant is missing');
    for (const tenant of ['..', 'a/b', '', 'a b']) expect(() => tenantFrom(tenant)).toThrow(`--tenant=${tenant}: use`);
    expect(() => scopeFrom(undefined)).toThrow('--scope is missing, such as tenant, user:ana or feature:chat');
  });

  it('name who changes something, or this machine does', () => {
    expect(operatorName('ana')).toBe('ana');
    expect(operatorName(undefined)).toMatch(/^\S+$/);
  });
});

const AT = Date.UTC(2026, 10, 21, 12, 0, 1);
const settlement = (rest: Partial<Settlement>): Settlement => ({
  leaseId: 'x',
  scopes: ['tenant', 'user:ana'],
  mode: 'normal',
  origin: 'asked',
  grantedAt: AT,
  standing: 'done',
  grantedMicroUsd: 20_000,
  spentMicroUsd: 42,
  estimated: false,
  overGranted: false,
  ...rest,
});
const money = { spentMicroUsd: 0, reservedMicroUsd: 0, unsettledMicroUsd: 0 };
const EMPTY: LedgerAnswer = { tenant: 'acme', scopes: [], limits: [], settlements: [], next: null };

describe('npm run budget -- show', () => {
  it('writes a table of money, what was set by hand, and the last settlements', () => {
    const answer: LedgerAnswer = {
      tenant: 'acme',
      scopes: [
        { scope: 'tenant', period: '2026-11', capMicroUsd: null, ...money, spentMicroUsd: 1_234_567 },
        {
          ...{ scope: 'user:ana', period: '2026-11-21', capMicroUsd: 5_000_000 },
          ...{ spentMicroUsd: 1_000_042, reservedMicroUsd: 20_000, unsettledMicroUsd: 42 },
        },
        { scope: 'user:ben', period: '2026-11-21', capMicroUsd: 100_000, ...money, spentMicroUsd: 300_000 },
      ],
      limits: [
        { scope: 'user:ana', set: { dailyMicroUsd: 5_000_000, rps: 0.5 }, revoked: false },
        { scope: 'key:0123456789abcdef0123', set: {}, revoked: true },
      ],
      settlements: [
        settlement({}),
        settlement({ scopes: ['tenant'], spentMicroUsd: 20_000, standing: 'unsettled', mode: 'safeguard' }),
        settlement({ estimated: true, overGranted: true, origin: 'unreachable' }),
      ],
      next: "user:o'ben",
    };
    expect(showLines(answer).join('\n')).toBe(`Tenant acme

scope     period       cap      spent   held  unsettled       left
tenant    2026-11     none  $1.234567     $0         $0          -
user:ana  2026-11-21    $5  $1.000042  $0.02  $0.000042  $3.979958
user:ben  2026-11-21  $0.1       $0.3     $0         $0         $0
More: npm run budget -- show --tenant acme --after 'user:o'\\''ben'

Set by hand, overriding the config:
  user:ana                  daily $5, rps 0.5
  key:0123456789abcdef0123  revoked

Last settlements:
  2026-11-21 12:00:01Z  $0.000042  tenant user:ana
  2026-11-21 12:00:01Z      $0.02  tenant           unsettled: no report came, safeguard
  2026-11-21 12:00:01Z  $0.000042  tenant user:ana  estimated, over what was granted, the ledger was unreachable`);
    expect(showLines(answer, 'user:ana').filter((line) => line.includes('12:00:01Z'))).toHaveLength(2);
  });

  it('of a tenant without anything says so', () => {
    expect(showLines(EMPTY)).toEqual(expect.arrayContaining(['No limit was set by hand.', 'No settlements yet.']));
    const many = { ...EMPTY, settlements: Array.from({ length: 50 }, () => settlement({})) };
    expect(showLines(many).filter((line) => line.includes('12:00:01Z'))).toHaveLength(20);
  });
});

it('npm run budget -- history: who changed what from what to what', () => {
  const change = { at: AT, who: 'ana', scope: 'user:ben' } as const;
  const changes = [
    { ...change, number: 4, field: 'spent 2026-11', from: 1_500_000, to: 0 },
    { ...change, number: 3, field: 'monthlyMicroUsd', from: null, to: 5_000_000 },
    { ...change, number: 2, field: 'rps', from: 2, to: null },
    { ...change, number: 1, field: 'revoked', from: false, to: true },
  ];
  expect(historyLines({ tenant: 'acme', changes, next: 1 })).toEqual([
    '2026-11-21 12:00:01Z  ana  user:ben  spent 2026-11  $1.5 → $0',
    '2026-11-21 12:00:01Z  ana  user:ben  monthly        config → $5',
    '2026-11-21 12:00:01Z  ana  user:ben  rps            2 → config',
    '2026-11-21 12:00:01Z  ana  user:ben  revoked        no → yes',
    'Older: npm run budget -- history --tenant acme --before 1',
  ]);
  expect(historyLines({ tenant: 'acme', changes: [], next: null })).toEqual(['Nothing was changed for acme yet.']);
});

describe('a correction', () => {
  const corrected = (before: number, after: number, deltaUsd?: number) =>
    correctionText({ period: '2026-11', before: { spentMicroUsd: before }, after: { spentMicroUsd: after } }, deltaUsd);

  it('has what was spent before and after', () => {
    expect(corrected(1_000_000, 750_000, -0.25)).toBe('2026-11: spent $1 → $0.75');
    expect(corrected(250_000, 0, -0.25)).toBe('2026-11: spent $0.25 → $0');
    expect(corrected(250_000, 0)).toBe('2026-11: spent $0.25 → $0');
  });

  it('that would go below nothing says where it ended', () => {
    expect(corrected(100_000, 0, -0.25)).toBe('2026-11: spent $0.1 → $0 (it cannot go below $0)');
    expect(corrected(0, 0, -0.25)).toBe('2026-11: spent $0 → $0 (it cannot go below $0)');
  });
});
