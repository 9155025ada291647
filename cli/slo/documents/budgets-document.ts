/** `budgets.md`: what each feature, tenant and plan may use. It is not for clients, because it names tenants. */
import type { Config, Feature } from '../../../worker/core/config/config.ts';
import type { Limits } from '../../../worker/core/ledger/types.ts';
import type { Facts } from './changes.ts';
import type { Draft } from './document.ts';
import { escapeMarkdown, listText, table } from './markdown.ts';
import { averageText, featureText } from './promises.ts';
import { duration, numberText, percent, usd } from './words.ts';

type Budgeted = Pick<Config, 'slo' | 'features' | 'tenants' | 'tiers' | 'alerts' | 'router' | 'aliases'>;

/** The document for the people who run the service. */
export function budgetsDocument(config: Budgeted): Draft {
  const { slo, features, tenants, tiers, alerts } = config;
  const caps = [...features.values()].map((feature) => ({ name: feature.name, values: capsOf(feature) }));
  const ways = [...features.values()].map((feature) => ({ name: feature.name, values: waysOf(feature, config) }));
  const limits = [
    ...[...tiers].map(([name, of]) => ({ name: `tier ${name}`, values: limitsOf(of) })),
    ...[...features].map(([name, of]) => ({ name: `feature ${name}, of one tenant`, values: limitsOf(of.limits) })),
    ...[...tenants].flatMap(([name, of]) => [
      { name: `tenant ${name}`, values: limitsOf(of.limits) },
      { name: `each user of ${name}`, values: limitsOf(of.userLimits) },
      { name: `visitors of ${name}, together`, values: limitsOf(of.anonymousLimits) },
    ]),
  ].filter(({ values }) => Object.values(values).some((value) => value !== NONE));
  const { thresholds, safeguardAt, scopes } = alerts.ladder;
  return {
    title: `${escapeMarkdown(slo.service)}: budgets and limits`,
    body: [
      'What one request, a feature, a user and a tenant may use, according to carryon.config.ts. Limits that were set while the router runs come on top: `npm run budget -- show`. This page names tenants, so it is not for clients.',
      ...heading('One request'),
      ...sheet('feature', caps),
      '',
      'A request is held at its worst case before a provider is asked, so a budget is never overspent. Above a cap it is refused, or served by the cheaper answer if there is one.',
      ...heading('How a feature is served'),
      ...sheet('feature', ways),
      ...heading('Budgets and rates'),
      ...(limits.length === 0
        ? ['None in config: nobody is limited until an operator sets something.']
        : sheet('whose', limits)),
      '',
      'Days and months are UTC. A request counts for its tenant, its user, its feature and its key, and has to fit all of them. Above a rate it is refused with the time to come back.',
      ...heading('Average cost'),
      ...(slo.averages.length === 0
        ? ['No average is promised.']
        : slo.averages.map(
            (one) => `- ${escapeMarkdown(`${one.name}, ${featureText(one.feature)}: ${averageText(one)}`)}`,
          )),
      ...heading('Alerts'),
      `- We are alerted at ${listText(thresholds.map(percent))} of a budget${scopes === undefined ? '' : `, each of these on its own: ${listText(scopes.map((one) => SCOPES[one] ?? one))}`}.`,
      `- From ${percent(safeguardAt)} of a budget on, a feature with a cheaper answer is served by it.`,
      '- At 100 % requests are refused until the day or month ends, or someone raises the budget. Answers that are saved are still given.',
      ...heading('To reduce cost now'),
      '- `npm run budget -- set --tenant NAME --scope feature:NAME --daily-usd 5` caps a feature at once.',
      '- `npm run route -- alias` serves an alias with cheaper models, without a deploy.',
      '- A smaller `maxOutputTokens` and `maxInputTokens`, a `cache` and `promptCache` for instructions that repeat make each request cheaper.',
    ],
    facts: {
      service: { name: slo.service },
      ...factsOf('one request of', caps),
      ...factsOf('how it is served:', ways),
      ...factsOf('', limits),
      alerts: {
        at: listText(thresholds.map(percent)),
        of: scopes === undefined ? 'everything with a budget' : listText(scopes),
        'cheaper answers from': percent(safeguardAt),
      },
      ...Object.fromEntries(
        slo.averages.map((one) => [one.name, { promise: averageText(one), for: featureText(one.feature) }]),
      ),
    },
  };
}

const NONE = '–';
const SCOPES: Readonly<Record<string, string>> = {
  tenant: 'tenants',
  anonymous: 'the visitors of a tenant together',
  user: 'users',
  feature: 'features',
  key: 'keys',
};
const heading = (text: string): string[] => ['', `## ${text}`, ''];

/** The cells of a row, by column, as plain text. */
type Values = Readonly<Record<string, string>>;
interface Row {
  name: string;
  values: Values;
}

/** A table of rows that have the same columns. */
function sheet(first: string, rows: readonly Row[]): string[] {
  const columns = Object.keys(rows[0]?.values ?? {});
  return table(
    [first, ...columns],
    rows.map(({ name, values }) => [
      escapeMarkdown(name),
      ...columns.map((column) => escapeMarkdown(values[column] ?? NONE)),
    ]),
  );
}

const factsOf = (prefix: string, rows: readonly Row[]): Facts =>
  Object.fromEntries(rows.map(({ name, values }) => [`${prefix} ${name}`.trim(), values]));

function capsOf({ caps, safeguard }: Feature): Values {
  const { maxInputTokens, maxOutputTokens, defaultMaxOutputTokens, maxCostMicroUsd } = caps;
  return {
    'longest question, in tokens': maxInputTokens === undefined ? NONE : numberText(maxInputTokens),
    'longest answer, in tokens':
      maxOutputTokens === undefined
        ? `${numberText(defaultMaxOutputTokens)} unless it asks for more`
        : numberText(maxOutputTokens),
    'costs at most': maxCostMicroUsd === undefined ? NONE : usd(maxCostMicroUsd),
    'above that': safeguard === undefined ? 'refused' : cheaperText(safeguard),
  };
}

function cheaperText({ alias, maxInputTokens, maxOutputTokens }: NonNullable<Feature['safeguard']>): string {
  const parts = [
    ...(alias === undefined ? [] : [`by ${alias}`]),
    ...(maxInputTokens === undefined ? [] : [`the last ${numberText(maxInputTokens)} tokens of the question`]),
    ...(maxOutputTokens === undefined ? [] : [`an answer of at most ${numberText(maxOutputTokens)} tokens`]),
  ];
  return parts.length === 0 ? 'a cheaper answer' : `a cheaper answer: ${parts.join(', ')}`;
}

function waysOf({ alias, cache, promptCache }: Feature, { aliases, router }: Budgeted): Values {
  const deployments = aliases.get(alias)?.deployments ?? [];
  const waits = [...new Set(deployments.map(({ streamTimeoutMs }) => duration(streamTimeoutMs)))];
  return {
    by: alias,
    'gives up on a silent provider after': waits.join(' or ') || NONE,
    'tries again': `${router.numRetries} more, then the next provider`,
    'answers are kept': cache === undefined ? 'no' : `${duration(cache.ttlMs)}, per ${cache.scope}`,
    'while providers are down':
      cache === undefined || cache.staleTtlMs === 0 ? NONE : `${duration(cache.staleTtlMs)} more`,
    'instructions cached by the provider': promptCache ? 'yes' : 'no',
  };
}

function limitsOf({ monthlyMicroUsd, dailyMicroUsd, rps, burst, tpm, parallel }: Partial<Limits>): Values {
  const number = (value: number | null | undefined) => (value == null ? NONE : numberText(value));
  const money = (value: number | null | undefined) => (value == null ? NONE : usd(value));
  return {
    'a month': money(monthlyMicroUsd),
    'a day': money(dailyMicroUsd),
    'requests a second': number(rps),
    'at once, from rest': number(burst),
    'tokens a minute': number(tpm),
    'under way at once': number(parallel),
  };
}
