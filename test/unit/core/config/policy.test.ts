/** `slo.policy`: how rules are written, what they become, and what is wrong with them. */
import { describe, expect, it, test } from 'vitest';
import { checkConfig, problemText } from '../../../../worker/core/config/check.ts';
import { parseTrigger, triggerText } from '../../../../worker/core/slo/policy/trigger.ts';
import { PRESETS } from '../../../../worker/providers/presets.ts';
import { sloFor } from '../slo/support/slo-for.ts';
import { configOf, found, type SloInput, SUCCESS, TTFT } from './support/slo-config.ts';

const policyOf = (slo: SloInput) => sloFor(['chat'], slo).policy;

test('without rules, success that burns opens an incident and freezes promotions; no traffic moves', () => {
  expect(policyOf({}).map(({ name, sli, does }) => [name, sli, does])).toEqual([
    ['fast-burn', 'success', ['incident', 'freeze']],
    ['half-by-15', 'success', ['freeze']],
    ['most-by-25', 'success', ['freeze']],
  ]);
  expect(policyOf({ policy: [] })).toEqual([]);
});

test('a rule without a name has one of its trigger and its objective', () => {
  const objectives = [SUCCESS, TTFT];
  const rules = [{ on: 'burn>2.5x/1h', objective: 'chat-ttft', do: ['pin' as const] }];
  expect(policyOf({ objectives, policy: rules })).toEqual([
    {
      ...{ name: 'burn-2.5x-1h-chat-ttft', objective: 'chat-ttft', sli: null, does: ['pin'] },
      on: { kind: 'burn', above: 2.5, windowMs: 3_600_000 },
    },
  ]);
});

it.each(['burn>2x/1h', 'burn>14.4x/5m', 'month>50%@15', 'month>0.5%@1', 'budget<20%', 'budget<100%'])(
  'reads %s, and writes it the same',
  (text) => {
    const trigger = parseTrigger(text);
    expect(trigger.ok && triggerText(trigger.value)).toBe(text);
  },
);

describe('a mistake', () => {
  it.each<[unknown, string]>([
    [{ on: 'burn>2x', do: ['pin'] }, 'on: "burn>2x" is not a trigger; write "burn>2x/1h" (over 5m,'],
    [{ on: 'burn>2x/10m', do: ['pin'] }, 'on: "10m" is not a window of burn rates; write one of 5m'],
    [{ on: 'burn>0.5x/1h', do: ['pin'] }, 'on: a budget that burns 0.5 times too fast lasts; write 1 or more'],
    [{ on: 'month>50%@32', do: ['pin'] }, 'on: "@32" is not a day of the month; write 1 to 31'],
    [{ on: 'budget<200%', do: ['pin'] }, 'on: less than 200 % of a budget is always left'],
    [{ on: 2, do: ['pin'] }, 'on: write when it acts, such as "burn>2x/1h"'],
    [{ on: 'budget<20%', do: ['page'] }, 'do[0]: write one of incident, pin, safeguard'],
    [{ on: 'budget<20%', do: [] }, 'do: write what it does: incident, pin'],
  ])('%j', (rule, message) => {
    const checked = checkConfig({ ...configOf(undefined), slo: { policy: [rule] } }, PRESETS);
    const problems = checked.ok ? [] : checked.error.map(problemText);
    expect(problems).toContainEqual(expect.stringContaining(`slo.policy[0].${message}`));
  });
});

const FREEZE = { do: ['freeze' as const] };

describe('a rule that could do nothing stops the build', () => {
  it.each<[string, SloInput, string]>([
    [
      'of no objective',
      { objectives: [SUCCESS], policy: [{ ...FREEZE, on: 'budget<20%', objective: 'chat-succes' }] },
      '[0].objective: "chat-succes" is not an objective; did you mean "chat-success"?',
    ],
    [
      'of an objective and a kind',
      { objectives: [SUCCESS], policy: [{ ...FREEZE, on: 'budget<20%', objective: 'chat-success', sli: 'success' }] },
      '[0].sli: is not used together with objective; write one of the two',
    ],
    [
      'with the name of another',
      {
        policy: [
          { ...FREEZE, on: 'budget<20%' },
          { ...FREEZE, on: 'budget<20%' },
        ],
      },
      '[1].name: "budget-20" is already the name of another rule; write another one',
    ],
    [
      'a pin for a cost',
      {
        objectives: [{ name: 'dear', sli: 'cost', atMostUsd: 1, target: 90 }],
        policy: [{ on: 'budget<20%', do: ['pin'] }],
      },
      '[0].do[0]: "pin" is for objectives of success, ttft and latency',
    ],
    [
      'a safeguard that there is not',
      { policy: [{ on: 'budget<20%', do: ['freeze', 'safeguard'] }] },
      '[0].do[1]: none of its features has a safeguard',
    ],
  ])('%s', (_name, slo, message) => {
    const errors = found(slo).filter((one) => one.startsWith('error'));
    expect(errors).toEqual([expect.stringContaining(`error slo.policy${message}`)]);
  });

  it('one that could never act is warned of', () => {
    const objectives = [{ ...SUCCESS, target: 95 }];
    expect(found({ objectives, policy: [{ on: 'burn>20x/1h', do: ['incident'] }] })).toEqual([
      'warning slo.policy[0].on: burn>20x/1h could never act: there is no objective whose budget can burn so fast',
    ]);
  });
});
