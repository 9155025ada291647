/** What the router does on its own when a promise burns, as a table for a document. */
import type { PolicyAction, PolicyRule, PolicyTrigger } from '../../../worker/core/slo/policy/policy.ts';
import type { Slo } from '../../../worker/core/slo/slo.ts';
import type { Facts } from './changes.ts';
import { table } from './markdown.ts';
import { promisesForClients } from './promises.ts';
import { duration, numberText, percent } from './words.ts';

const DOES: Readonly<Record<PolicyAction, string>> = {
  incident: 'an incident is opened',
  pin: 'another deployment is asked first, if one alone is to blame and another keeps the promise',
  safeguard: 'the cheaper answer serves',
  freeze: 'a freeze is set, under which we bring in no new model',
};

function whenText(trigger: PolicyTrigger): string {
  switch (trigger.kind) {
    case 'burn':
      return `the burn rate is above ${numberText(trigger.above)} over ${duration(trigger.windowMs)}`;
    case 'month':
      return `more than ${percent(trigger.abovePercent)} of the month's error budget is spent by day ${trigger.byDay}`;
    case 'budget':
      return `less than ${percent(trigger.belowPercent)} of the error budget is left`;
  }
}

const ofText = ({ objective, sli }: PolicyRule): string =>
  objective ?? (sli === null ? 'each promise' : `each promise of ${sli}`);

/** The rules about promises that clients are told. Rules about a single tenant's promise are left out. */
function told(slo: Slo): { name: string; of: string; when: string; does: string }[] {
  const names = new Set(promisesForClients(slo).objectives.map(({ name }) => name));
  return slo.policy
    .filter(({ objective }) => objective === null || names.has(objective))
    .map((rule) => ({
      name: rule.name,
      of: ofText(rule),
      when: whenText(rule.on),
      does: rule.does.map((action) => DOES[action]).join('; '),
    }));
}

/** Lines of Markdown, or no lines if there is no rule. */
export function policyLines(slo: Slo): string[] {
  const rules = told(slo);
  if (rules.length === 0) return [];
  return [
    'When a promise burns, the following happens automatically. It ends automatically when the promise is healthy again:',
    '',
    ...table(
      ['of', 'when', 'then'],
      rules.map(({ of, when, does }) => [of, when, does]),
    ),
    '',
  ];
}

/** What `policyLines` says, as facts. */
export const policyFacts = (slo: Slo): Facts =>
  Object.fromEntries(told(slo).map(({ name, of, when, does }) => [`policy ${name}`, { of, when, does }]));
