/** `operations.md`: how the promises are kept. It is an appendix for clients who ask. */
import type { Config } from '../../../worker/core/config/config.ts';
import { burnAlerts } from '../../../worker/core/slo/burn-alerts.ts';
import { BURN_WINDOWS } from '../../../worker/core/slo/windows.ts';
import { severityFacts, severityLines } from './alert-lines.ts';
import type { Facts } from './changes.ts';
import type { Draft } from './document.ts';
import { escapeMarkdown, table } from './markdown.ts';
import { policyFacts, policyLines } from './policy-lines.ts';
import { promisesForClients } from './promises.ts';
import { maintenanceText, termFacts, windowLines } from './terms.ts';
import { countText, duration, numberText } from './words.ts';

type Operated = Pick<Config, 'slo' | 'aliases' | 'router' | 'alerts' | 'publicUrl'>;

/** The document for clients and for the people on call. It shows deployments by their ids. */
export function operationsDocument(config: Operated): Draft {
  const { slo, router, alerts, publicUrl } = config;
  const routes = routesOf(config);
  const burns = burnsOf(config);
  return {
    title: `${escapeMarkdown(slo.service)}: how we run it`,
    body: [
      `How we notice that something is wrong with ${escapeMarkdown(slo.service)}, what happens automatically, and what people do.`,
      ...heading('How we are alerted'),
      'An error budget is watched over a long and a short window at the same time: the long one shows that it matters, the short one that it still goes on. The burn rate says how many times too fast errors use up the budget: at 1 it lasts exactly as long as its window.',
      '',
      ...burnLines(burns),
      '',
      ...severityLines(alerts.hooks),
      '',
      `- All alerts are shown on the operator page. Fewer than ${countText(slo.minErrors, 'failed request')} wake nobody.`,
      '- Each alert says which promise burns, how fast, since when and who is affected. It is sent once, and once more when it is over.',
      ...heading('What happens automatically'),
      'A request goes to the first healthy deployment of its model name. Until the first word of the answer has been sent, a failure is repaired without the reader noticing.',
      '',
      ...table(
        ['model name', 'first', 'then'],
        routes.map(({ alias, first, after }) => [escapeMarkdown(alias), first, after]),
      ),
      '',
      `- A failed call is tried again up to ${countText(router.numRetries, 'time')} among deployments of the same rank, then by those of the next rank, all within ${duration(router.totalTimeoutMs)}.`,
      `- A deployment that fails more than ${countText(router.allowedFails, 'time')} a minute is left alone for ${duration(router.cooldownMs)} or longer, then tried with a single request.`,
      '- While no provider answers, a saved answer is given if there is one, and marked as old.',
      '',
      ...policyLines(slo),
      ...heading('What people do').slice(1),
      ...table(
        ['situation', 'command'],
        RUNBOOKS.map(([when, command]) => [when, `\`${command}\``]),
      ),
      '',
      'Each change has an end, a reason and an author, and is recorded in the audit (`npm run audit`).',
      ...heading('Rehearsals'),
      'A failure is rehearsed on the running service for chosen requests only: a wrong key, a refused connection, errors, slow answers, answers cut off. No other user is affected.',
      '',
      '1. Before: note success, the time to the first word and cost. Tell the people on call. Check that `npm run route -- bypass` works.',
      '2. Induce: `npm run route -- fault --deployment a --fault errors --traffic tenant:NAME --for 10m --reason "rehearsal"`.',
      '3. Observe: another deployment answers, and the promises hold meanwhile (`npm run slo -- list --window 5m`).',
      '4. Roll back: `npm run route -- unfault --deployment a`. The first deployment answers again.',
      '5. Afterwards: write down how long each step took, and what to fix. The result is part of the month’s report.',
      ...heading('Maintenance'),
      escapeMarkdown(maintenanceText(slo)),
      ...windowLines(slo),
      ...heading('Contacts'),
      ...(slo.contact === null ? [] : [`- Write to ${escapeMarkdown(slo.contact)}.`]),
      ...(publicUrl === undefined ? [] : [`- Incidents and the current state: ${publicUrl}/status`]),
      `- We review the promises every ${countText(slo.reviewEveryDays, 'day')}.`,
    ],
    facts: {
      ...termFacts(slo),
      'fewest failed requests that wake somebody': { is: String(slo.minErrors) },
      ...severityFacts(alerts.hooks),
      ...Object.fromEntries(
        burns.map(({ name, condition, rate }) => [`${name}, ${condition}`, { 'burn rate above': rate }]),
      ),
      ...Object.fromEntries(
        routes.map(({ alias, first, after }) => [`model name ${alias}`, { first, 'after that': after }]),
      ),
      ...failoverFacts(config),
      ...policyFacts(slo),
      ...(publicUrl !== undefined && { 'status page': { is: `${publicUrl}/status` } }),
    },
  };
}

const heading = (text: string): string[] => ['', `## ${text}`, ''];

const RUNBOOKS = [
  ['You were alerted: what fires?', 'npm run alerts -- firing'],
  ['Tell the others that you are looking into it', 'npm run alerts -- ack --alert NAME --note "…"'],
  ['Users should know about it', 'npm run incidents -- publish --public "…"'],
  ['It is over', 'npm run incidents -- close --public "…"'],
  ['What is set, and what is in cooldown?', 'npm run route -- list'],
  ['One provider is slow or fails', 'npm run route -- pin --alias ALIAS --deployment ID --for 2h --reason "…"'],
  ['The router itself is in doubt', 'npm run route -- bypass --for 30m --reason "…"'],
  ['A model is withdrawn or too expensive', 'npm run route -- alias --alias ALIAS --list models.json --reason "…"'],
  ['Spend is too high', 'npm run budget -- set --tenant NAME --scope tenant --daily-usd 20'],
  ['Why did this request fail?', 'npm run why -- ID'],
  ['A wrong answer is saved', 'npm run answers -- purge --tenant NAME --feature NAME'],
  ['A key has leaked', 'npm run keys -- revoke ID'],
] as const;

/** The conditions of each promise's alerts. All of their texts are safe in Markdown. */
function burnsOf({ slo }: Operated): Burn[] {
  return promisesForClients(slo).objectives.flatMap((objective) =>
    burnAlerts(objective).map(({ long, short, burnRate, severity }) => ({
      name: objective.name,
      condition: `${severity} in ${duration(BURN_WINDOWS[long])} and ${duration(BURN_WINDOWS[short])}`,
      rate: numberText(burnRate),
    })),
  );
}

/** A condition: the burn rate of these promises is above `rate` in two windows, and how urgent that is. */
interface Burn {
  name: string;
  condition: string;
  rate: string;
}

/** A row for each promise, a column for each condition. */
function burnLines(burns: readonly Burn[]): string[] {
  const [names, conditions] = [
    [...new Set(burns.map(({ name }) => name))],
    [...new Set(burns.map((one) => one.condition))],
  ];
  const cell = (name: string, condition: string) =>
    burns.find((one) => one.name === name && one.condition === condition)?.rate ?? '–';
  return table(
    ['burn rate above', ...conditions],
    names.map((name) => [name, ...conditions.map((condition) => cell(name, condition))]),
  );
}

/** The deployments of each alias, in the order in which they are asked. */
function routesOf({ aliases }: Operated) {
  return [...aliases].map(([alias, { deployments }]) => {
    const orders = [...new Set(deployments.map(({ order }) => order))].sort((one, other) => one - other);
    const [first = '', ...others] = orders.map((order) =>
      deployments
        .filter((one) => one.order === order)
        .map(({ id }) => id)
        .join(' or '),
    );
    return { alias, first, after: others.join(', then ') || '–' };
  });
}

const failoverFacts = ({ router }: Operated): Facts => ({
  failover: {
    'tries again': countText(router.numRetries, 'time'),
    within: duration(router.totalTimeoutMs),
    'failures a minute before a cooldown': String(router.allowedFails),
    'shortest cooldown': duration(router.cooldownMs),
  },
});
