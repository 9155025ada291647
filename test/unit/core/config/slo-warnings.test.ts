/** Promises that are accepted, with a warning because they may not do what their author meant. */
import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../../../worker/core/config/schema.ts';
import { found, type SloInput, SUCCESS, TTFT } from './support/slo-config.ts';

describe('what may surprise is warned of', () => {
  it.each<[string, SloInput, Partial<ConfigInput>, string[]]>([
    [
      'promised above the target',
      { objectives: [{ ...SUCCESS, promised: 99.9 }] },
      {},
      ['slo.objectives[0].promised: is above the target (99.5)'],
    ],
    ['a class of nobody', { classes: { gold: { success: 99 } } }, {}, ['slo.classes.gold: promises nothing']],
    [
      'a smaller credit for a worse month',
      {
        credits: [
          { below: 99.5, percent: 10 },
          { below: 99, percent: 10 },
        ],
      },
      {},
      ['slo.credits[1].percent: is no more than'],
    ],
    [
      'no budget',
      { objectives: [{ ...SUCCESS, target: 100 }] },
      {},
      ['slo.objectives[0].target: chat-success: is 100, which leaves no error budget'],
    ],
    [
      'an alert that could never fire',
      { objectives: [{ ...SUCCESS, target: 93 }] },
      {},
      [
        'slo.objectives[0].target: chat-success: at 93 % the budget burns at most 14.3 times too fast, so the page above 14.4 over 1h could never fire; it fires above 11.4 instead',
      ],
    ],
    [
      'alerts that could never fire, of a class',
      { objectives: [SUCCESS], classes: { bronze: { success: 80 } } },
      { tenants: { acme: { class: 'bronze' } } },
      [
        'slo.classes.bronze: acme-success: at 80 % the budget burns at most 5 times',
        'slo.classes.bronze: acme-success: at 80 % the budget burns at most 5 times',
      ],
    ],
    ['nothing at 95 %', { objectives: [TTFT] }, {}, []],
  ])('%s', (_name, slo, more, messages) => {
    expect(found(slo, more)).toEqual(messages.map((message) => expect.stringContaining(`warning ${message}`)));
  });
});
