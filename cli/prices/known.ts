/**
 * Writes worker/core/pricing/known-prices.ts: the part of the price list with the makers' prices at their own hosts, so that a
 * deploy knows the price of a model that only the environment names.
 */
import type { MatchLogic, Provider } from '@pydantic/genai-prices';
import type { Price, TokenPrices } from '../../worker/core/config/config.ts';
import { RATES } from '../../worker/core/pricing/known-price.ts';
import { listOf, PRICE_LIST } from './list.ts';
import { listedPrice } from './listed-price.ts';

/** Each host, and the provider in the list whose prices apply there. */
export const KNOWN_HOSTS: Readonly<Record<string, string>> = {
  'api.openai.com': 'openai',
  'api.anthropic.com': 'anthropic',
  'generativelanguage.googleapis.com': 'google',
  'api.deepseek.com': 'deepseek',
};

/** Models that do not answer with text, or are served by another host: Google's list has the Claude models of its cloud. */
const NOT_CHAT =
  /^(ada|babbage|curie|davinci|moderation)|embedding|image|audio|realtime|transcribe|tts|-live-|-omni-|instruct|text-davinci/;

export async function knownPricesSource(at = new Date()): Promise<string> {
  const hosts: string[] = [];
  for (const [host, id] of Object.entries(KNOWN_HOSTS)) {
    const list = await listOf(id);
    if (list === undefined) throw new Error(`@pydantic/genai-prices has no provider "${id}" any more`);
    hosts.push(`  [\n    '${host}',\n    \`\n${linesOf(list, at).join('\n')}\n\`,\n  ],`);
  }
  return `/**
 * What the models of four makers cost at their own hosts, in USD per million tokens, from the list of @pydantic/genai-prices
 * of ${PRICE_LIST.publishedAt}. Written by \`npm run build\` (cli/prices/known.ts), read by known-price.ts: names, then input,
 * output, cached input, cache write and, if it differs, reasoning. After a bar come a number of input tokens and the
 * same figures for requests with at least that many.
 */
export const KNOWN_PRICES: readonly (readonly [host: string, rows: string])[] = [
${hosts.join('\n')}
];
`;
}

function linesOf(list: Provider, at: Date): string[] {
  return list.models.flatMap(({ id, match }) => {
    if (NOT_CHAT.test(id) || (list.id === 'google' && id.startsWith('claude'))) return [];
    const names = namesOf(match);
    const [first] = names;
    // The highest price from now on counts, because there may be no new build on the day of an announced rise.
    const price = first === undefined ? undefined : listedPrice(list, exampleOf(first), at, 'dearest from then on');
    return price === undefined ? [] : [`${names.join(' ')} = ${printed(price)}`];
  });
}

/**
 * The names in the form that known-price.ts reads. A name that does not fit the form is left out, and its model needs a price in config.
 */
function namesOf(match: MatchLogic): string[] {
  const names = namesIn(match).map((name) => name.toLowerCase());
  return [...new Set(names)].filter((name) => !/[\s=`$\\]/.test(name));
}

function namesIn(match: MatchLogic): string[] {
  if ('or' in match) return match.or.flatMap(namesIn);
  // The regexes here exclude models that no edition's name can match.
  if ('and' in match) return match.and.filter((one) => !('regex' in one)).flatMap(namesIn);
  if ('equals' in match) return [match.equals];
  if ('contains' in match) return [match.contains];
  if ('ends_with' in match) return [match.ends_with];
  if ('starts_with' in match) return [`${match.starts_with}*`];
  const [, name = '', date] = /^\^([\w\\.-]+)-(?:(\\d\{8\})|\\d\{4\}-\\d\{2\}-\\d\{2\})\$$/.exec(match.regex) ?? [];
  return name === '' ? [] : [`${name.replaceAll('\\', '')}${date === undefined ? '#' : '%'}`];
}

const exampleOf = (pattern: string): string =>
  pattern.replace(/\*$/, '').replace(/#$/, '-2026-01-01').replace(/%$/, '-20260101');

function printed({ tiers = [], ...base }: Price): string {
  return [ratesOf(base), ...tiers.map((tier) => `${tier.fromInputTokens} ${ratesOf(tier)}`)].join(' | ');
}

const ratesOf = (prices: TokenPrices): string => RATES.flatMap((rate) => prices[rate] ?? []).join(' ');
