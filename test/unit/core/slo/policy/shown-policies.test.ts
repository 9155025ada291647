import { expect, test } from 'vitest';
import { shownPolicies } from '../../../../../worker/core/slo/policy/shown-policies.ts';
import type { Activation } from '../../../../../worker/core/slo/policy/state.ts';
import { sloFor } from '../support/slo-for.ts';

const AT = 1_800_000_000_000;
const features = [
  { name: 'chat', alias: 'app/chat', hasSafeguard: true },
  { name: 'search', alias: 'app/search', hasSafeguard: false },
];
const aliases = [
  { name: 'app/chat', deployments: [{ id: 'a' }, { id: 'b' }] },
  { name: 'app/search', deployments: [{ id: 'c' }] },
];
const slo = sloFor(['chat', 'search'], {
  objectives: [
    { name: 'chat-success', sli: 'success', feature: 'chat', target: 99.5 },
    { name: 'search-success', sli: 'success', feature: 'search', target: 99 },
    { name: 'all-success', sli: 'success', target: 99 },
    { name: 'retrieval', sli: 'external', target: 99 },
  ],
  policy: [
    { name: 'fast', on: 'burn>2x/1h', objective: 'chat-success', do: ['incident', 'pin', 'safeguard'] },
    { name: 'spent', on: 'month>50%@15', sli: 'success', do: ['pin', 'safeguard', 'freeze'] },
    { name: 'beside', on: 'budget<20%', objective: 'retrieval', do: ['pin', 'safeguard'] },
  ],
});

test('each rule is shown with its objectives, with what it would do, and with what holds now', () => {
  const active = { since: AT, why: 'It burns.', incident: 'i1' } as Activation;
  const shown = shownPolicies({ slo, features, aliases }, { 'fast/chat-success': active });
  const quiet = { since: null, why: null, incident: null };
  const pinsChat = 'pin app/chat to another of a and b, if one alone is to blame';
  const leavesSearch = 'leave app/search unpinned, because it has no other deployment';
  expect(shown).toEqual([
    {
      ...{ name: 'fast', on: 'burn>2x/1h', do: ['incident', 'pin', 'safeguard'] },
      objectives: [
        {
          ...{ objective: 'chat-success', since: AT, why: 'It burns.', incident: 'i1' },
          would: ['open an incident', pinsChat, 'serve chat by its safeguard'],
        },
      ],
    },
    {
      ...{ name: 'spent', on: 'month>50%@15', do: ['pin', 'safeguard', 'freeze'] },
      objectives: [
        {
          ...{ objective: 'chat-success', ...quiet },
          would: [pinsChat, 'serve chat by its safeguard', 'freeze promotions'],
        },
        {
          ...{ objective: 'search-success', ...quiet },
          would: [leavesSearch, 'serve search as before, because it has no safeguard', 'freeze promotions'],
        },
        {
          ...{ objective: 'all-success', ...quiet },
          would: [pinsChat, leavesSearch, 'serve chat by its safeguard', 'freeze promotions'],
        },
      ],
    },
    {
      ...{ name: 'beside', on: 'budget<20%', do: ['pin', 'safeguard'] },
      objectives: [
        {
          ...{ objective: 'retrieval', ...quiet },
          would: ['pin nothing, because the promise is not about attempts', 'serve chat by its safeguard'],
        },
      ],
    },
  ]);
});
