import { describe, expect, it } from 'vitest';
import { auditLine } from '../../../cli/audit/lines.ts';
import { auditRows } from '../../../cli/audit/rows.ts';
import { requiredFlag } from '../../../cli/flags.ts';
import { adminKeyLine } from '../../../cli/keys/admin-keys.ts';
import { deploymentsFrom, endFrom, endIfAny, FLAGS, flagsOf, USAGE } from '../../../cli/route/flags.ts';
import { listLines } from '../../../cli/route/lines.ts';
import { isOfAlias, undoOf } from '../../../cli/route/undo.ts';
import { usageOf } from '../../../cli/run-script.ts';
import type { ShownOverrides } from '../../../worker/core/routing/shown-overrides.ts';

const NOW = Date.UTC(2026, 10, 28, 21, 40);
const entry = { until: NOW + 600_000, reason: 'slow "today"', who: 'ana', version: 3 };
const none = { cooldowns: [], drillCooldowns: [] };
const nothing: ShownOverrides = {
  ...{ pins: {}, bypass: {}, faults: {}, aliases: {}, safeguards: {}, frozen: null },
};

describe('npm run route -- list', () => {
  it('says that nothing is set, nor in cooldown', () => {
    expect(listLines(nothing, none, NOW)).toEqual(['Nothing is set over config.', 'No deployment is in cooldown.']);
  });

  it('says what is in force, who set it, why, and how long still', () => {
    const answer: ShownOverrides = {
      pins: { 'app/chat': { ...entry, deployment: 'b', idle: true } },
      bypass: { '*': { ...entry, who: 'root' } },
      faults: { a: { ...entry, fault: 'slow', traffic: 'drill', reason: null } },
      aliases: {
        'app/chat': {
          ...{ ...entry, until: null, leftOut: ['b'] },
          deployments: [
            { id: 'a', model: 'm', order: 1, weight: 2 },
            { id: 'b', model: 'n', price: { input: 1, output: 2 } },
          ],
        },
      },
      safeguards: { chat: { ...entry, who: 'policy:chat-fast' } },
      frozen: entry,
    };
    const end = 'until 2026-11-28 21:50:00 UTC (10 min left), by';
    const resting = { deployment: 'a', until: NOW + 8_000, cause: 'silent' } as const;
    const why = '"slow \\"today\\""';
    expect(
      listLines(answer, { cooldowns: [resting], drillCooldowns: [{ ...resting, until: NOW - 1_000 }] }, NOW),
    ).toEqual([
      'Pinned, asked first:',
      `  app/chat → b  ${end} ana: ${why}; without effect: what it names is not served now`,
      'Bypass, one attempt without cooldowns and cache:',
      `  all aliases  ${end} root: ${why}`,
      'Faults on purpose:',
      `  a: slow, traffic drill  ${end} ana`,
      'Alias lists in place of config:',
      `  app/chat: a = m (order 1, weight 2), b = n (own price)  without an end, by ana: ${why}; not served since a deploy: b`,
      'Served by their safeguard:',
      `  chat  ${end} policy:chat-fast: ${why}`,
      'Frozen:',
      `  no promotion goes on  ${end} ana: ${why}`,
      'In cooldown:',
      '  a  until 2026-11-28 21:40:08 UTC (8 s left): silent',
      'In cooldown only for requests that meet a fault on purpose:',
      '  a  ended 2026-11-28 21:39:59 UTC (1 s ago), the next request probes it: silent',
    ]);
  });
});

it('a cooldown of requests under a fault is shown while it lasts, and then as long as the fault does', () => {
  const resting = { deployment: 'a', until: NOW + 8_000, cause: 'silent' } as const;
  const told = (until: number) =>
    listLines(nothing, { cooldowns: [], drillCooldowns: [{ ...resting, until }] }, NOW).length;
  expect([told(NOW + 1), told(NOW)]).toEqual([4, 2]);
});

describe('the flags of npm run route', () => {
  it('take an end as a duration or as a time with its zone', () => {
    expect(endFrom({ for: '2h' }, NOW)).toEqual({ forSeconds: 7_200 });
    expect(endFrom({ for: '500ms' }, NOW)).toEqual({ forSeconds: 0.5 });
    expect(endFrom({ until: '2026-11-28T21:50Z' }, NOW)).toEqual({ until: NOW + 600_000 });
    expect(endFrom({ until: '2026-11-28T22:50:00+01:00' }, NOW)).toEqual({ until: NOW + 600_000 });
    expect(endIfAny({}, NOW)).toBeUndefined();
  });

  it.each([
    [{}, 'Say when it ends: --for 2h'],
    [{ for: '2h', until: '2026-11-28T21:50Z' }, 'Write --for or --until, not both'],
    [{ for: '2 hours' }, '--for 2 hours is not a duration'],
    [{ for: '0s' }, '--for 0s is not a duration'],
    [{ for: '-1h' }, '--for -1h is not a duration'],
    [{ for: '31d' }, '--for 31d is longer than 30 days'],
    [{ until: '2026-12-29T21:40Z' }, '--until 2026-12-29T21:40Z is more than 30 days ahead'],
    [{ until: '2026-11-28T21:50' }, 'is not a time with its zone'],
    [{ until: '2026-13-28T21:50Z' }, 'is not a time with its zone'],
    [{ until: 'tomorrow' }, 'is not a time with its zone'],
    [{ until: '2026-11-28T21:40Z' }, '--until 2026-11-28T21:40Z is in the past: it is 2026-11-28 21:40:00 UTC now'],
  ])('%j is refused', (flags, message) => {
    expect(() => endFrom(flags, NOW)).toThrow(message);
  });

  it('name what is missing, and read models', () => {
    expect(() => requiredFlag('alias', undefined)).toThrow('--alias is missing');
    expect(() => requiredFlag('alias', '')).toThrow('--alias is missing');
    expect(deploymentsFrom(['a=m', 'b=org/n=2'])).toEqual([
      { id: 'a', model: 'm' },
      { id: 'b', model: 'org/n=2' },
    ]);
    for (const wrong of ['a', 'a=', '=m']) expect(() => deploymentsFrom([wrong])).toThrow('write ID=MODEL');
  });
});

describe('a mistyped command', () => {
  it('is answered with its own forms', () => {
    const all = 'All of it: npm run route -- --help';
    expect(usageOf(USAGE, 'unpin')).toBe(`npm run route -- unpin --alias A\n${all}`);
    expect(usageOf(USAGE, 'unbypass')).toBe(`npm run route -- unbypass [--alias A]\n${all}`);
    expect(usageOf(USAGE, 'alias').match(/npm run route -- alias /g)).toHaveLength(2);
    for (const command of Object.keys(FLAGS)) {
      expect(usageOf(USAGE, command)).toMatch(new RegExp(`^npm run route -- ${command}\\b`));
      expect(usageOf(USAGE, command)).toContain(all);
    }
  });

  it('is refused where a flag stands twice, and only models may be named often', () => {
    const twice = ['--deployment', 'a=m', '--deployment', 'b=n'];
    expect(() => flagsOf('pin', twice)).toThrow('--deployment is written twice');
    expect(flagsOf('alias', twice).deployment).toEqual(['a=m', 'b=n']);
  });
});

describe('undo', () => {
  it.each([
    ['PUT /admin/aliases/app%2Fchat', true],
    ['DELETE /admin/aliases/app/chat', true],
    ['PUT /admin/aliases/app%2fchat', true],
    ['PUT /admin/aliases/app%2Fchat2', false],
    ['PUT /admin/pins/app%2Fchat', false],
    ['GET /admin/aliases/app%2Fchat', false],
    ['PUT /admin/aliases/%', false],
  ])('of app/chat looks at %s: %s', (call, isIts) => {
    expect(isOfAlias({ call }, 'app/chat')).toBe(isIts);
  });

  it('sets what stood there before, with its end, or goes back to config', () => {
    const deployments = [{ id: 'a', model: 'm' }];
    const undone = (from: unknown) => undoOf({ number: 7, from }, NOW);
    expect(undone(null)).toBeNull();
    expect(undone({ ...entry, deployments })).toEqual({ deployments, until: entry.until, reason: 'undo of audit 7' });
    expect(undone({ ...entry, until: null, deployments })).toEqual({ deployments, reason: 'undo of audit 7' });
    expect(undone({ ...entry, until: NOW, deployments })).toBeNull();
    expect(undone({ shortenedFrom: 20_000, begins: '{"deployments' })).toBeUndefined();
  });
});

describe('npm run audit', () => {
  const row = { number: 7, at: NOW - 300_000, who: 'ana', id: 'r', call: 'PUT /admin/pins/x', what: 'pin x' };

  it('says who changed what, from what to what, and what never finished', () => {
    const said = '7  2026-11-28 21:35:00 UTC (5 min ago)  ana  pin x: ';
    expect(auditLine({ ...row, from: null, to: { deployment: 'b' } }, NOW)).toBe(`${said}nothing → {"deployment":"b"}`);
    expect(auditLine({ ...row, from: null, to: null, pending: true }, NOW)).toBe(
      `${said}never finished, so it may or may not have been made`,
    );
    const until = NOW + 60_000;
    expect(
      auditLine({ ...row, from: { until, cooldownMs: 10_000, version: until }, to: { revokedAt: null } }, NOW),
    ).toBe(`${said}{"until":"2026-11-28 21:41:00 UTC","cooldownMs":10000,"version":${until}} → {"revokedAt":null}`);
    const deployments = [{ id: 'a', model: 'm', price: { input: 1, output: 2 }, order: 2 }];
    expect(auditLine({ ...row, from: null, to: { deployments, until: null } }, NOW)).toBe(
      `${said}nothing → {"deployments":"a = m (order 2, own price)","until":null}`,
    );
    expect(auditLine({ ...row, from: 'x'.repeat(500), to: null }, NOW).length).toBeLessThan(250);
  });

  it('is read page by page, as far as it is wanted', async () => {
    const asked: string[] = [];
    const pages = [
      { entries: [3, 2], next: 2 },
      { entries: [1], next: null },
    ];
    const call = async <Answer>(_: string, path: string) => {
      asked.push(path);
      return pages[asked.length - 1] as Answer;
    };
    const rows: unknown[] = [];
    for await (const one of auditRows(call)) rows.push(one);
    expect(rows).toEqual([3, 2, 1]);
    expect(asked).toEqual(['/admin/audit', '/admin/audit?before=2']);
  });
});

it('an admin key shows its name, scope and end', () => {
  const key = { id: 'k1', name: 'night shift', scope: 'read', createdAt: NOW, revokedAt: null } as const;
  expect(adminKeyLine(key)).toBe('k1  "night shift"  read  made 2026-11-28 21:40:00 UTC');
  expect(adminKeyLine({ ...key, revokedAt: NOW })).toContain('  revoked 2026-11-28 21:40:00 UTC');
});
