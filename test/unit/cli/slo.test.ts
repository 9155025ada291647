import { expect, it } from 'vitest';
import { promiseLines } from '../../../cli/slo/list-lines.ts';
import { policyLines } from '../../../cli/slo/policy-lines.ts';
import { FAILED, NOW, report, SUCCESS, TTFT, type Written } from '../core/slo/support/reports.ts';

const PROMISED: Written = {
  service: 'Support',
  objectives: [
    SUCCESS,
    TTFT,
    { name: 'retrieval', sli: 'external', target: 99.5 },
    { name: 'chat', of: ['chat-success', 'chat-ttft'] },
  ],
  averages: [{ name: 'chat-cost', feature: 'chat', averageUsd: 0.015 }],
};

it('npm run slo -- list has a row for each promise, what does not count, and how the budget stands', () => {
  const lines = promiseLines(
    report(PROMISED, [
      [199, { costMicroUsd: 300 }],
      [1, { ...FAILED, costMicroUsd: 0 }],
      [2, { ending: 'refused', code: 'budget_exceeded', ttftMs: null }],
    ]),
  );
  expect(lines.join('\n')).toBe(`Support, 2027-05-16 12:00:00 UTC

promise       for   what                        over   target        now  counted  bad  allowed  state
chat-success  chat  answered                    30d      99 %     99.5 %      200    1        2  healthy
chat-ttft     chat  first content within 2.5s   30d      95 %      100 %      199    0     9.95  healthy
retrieval     all   reported from outside       30d    99.5 %          -        0    0        0  no data
chat          chat  chat-success and chat-ttft  30d   94.05 %     99.5 %      200    1     11.9  healthy
chat-cost     chat  cost on average             30d    $0.015  $0.000299      200    -        -  healthy

Requests that do not count, by reason:
  chat-success: 2 budget
  chat-ttft: 2 budget
  chat: 2 budget`);
});

it('shows percentiles where the report has them, and says so where nothing is promised', () => {
  const chat = promiseLines(report(PROMISED, [[3, {}]], undefined, { feature: 'chat' }));
  expect(chat).toContainEqual(expect.stringMatching(/^First content: p50 \d\.\d\d s, p95 \d\.\d\d s, p99 \d\.\d\d s$/));
  const none = report({ ...PROMISED, objectives: [], averages: [] }, []);
  expect(promiseLines(none)).toEqual(['Support has no promises to show.']);
});

it('names the tenant whose requests are counted, for averages too', () => {
  const ofAcme = promiseLines(report(PROMISED, [[3, {}]], undefined, { tenant: 'acme' }), 'acme');
  expect(ofAcme).toContainEqual(expect.stringMatching(/^chat-success +tenant acme, chat /));
  expect(ofAcme).toContainEqual(expect.stringMatching(/^chat-cost +tenant acme, chat /));
});

it('never rounds a broken promise up to a kept one', () => {
  const lines = promiseLines(
    report({ objectives: [SUCCESS] }, [
      [2, {}],
      [1, FAILED],
    ]),
  );
  expect(lines.join('\n')).toContain(' 66.666 % ');
});

it('says what depends on what, and where records may be missing', () => {
  const dependencies = [{ objective: 'retrieval', touches: ['chat-success', 'chat'], consumes: true }];
  const lost = [{ from: NOW - 60_000, to: NOW - 50_000, openRequests: 3 }];
  const lines = promiseLines({ ...report({ ...PROMISED, dependencies }, [[3, {}]]), lost, dropped: 2 });
  expect(lines.slice(-8).join('\n')).toBe(`Dependencies:
  chat-success depends on retrieval: no data, and its bad share counts
  chat depends on retrieval: no data, and its bad share counts

Requests may be missing, because isolates ended:
  2027-05-16 11:59:00 UTC, with 3 under way

Records lost in the last 30 days, whose requests are not counted: 2`);
});

it('npm run slo -- policies has each rule, what it would do, and whether it holds', () => {
  expect(policyLines([])).toEqual(['Nothing is done automatically: slo.policy has no rules.']);
  const quiet = { since: null, why: null, incident: null };
  const would = ['open an incident', 'freeze promotions'];
  const lines = policyLines([
    {
      ...{ name: 'fast-burn', on: 'burn>2x/1h', do: ['incident', 'freeze'] },
      objectives: [
        { objective: 'chat-success', would, since: NOW, why: 'Success of chat burns.', incident: 'i1' },
        { objective: 'search-success', would, ...quiet },
      ],
    },
    { name: 'other', on: 'budget<20%', do: ['freeze'], objectives: [] },
  ]);
  expect(lines).toEqual([
    'fast-burn  burn>2x/1h',
    '  chat-success: would open an incident; freeze promotions',
    '    holds since 2027-05-16 12:00:00 UTC, incident i1: Success of chat burns.',
    '  search-success: would open an incident; freeze promotions',
    'other  budget<20%',
    '  about no promise',
  ]);
});
