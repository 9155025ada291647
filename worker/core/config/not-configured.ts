import type { MissingVariable } from './environment.ts';

/** The error of every request until the variables are set. */
export interface NotConfigured {
  code: 'not_configured';
  missing: readonly string[];
  how: string;
}

/** Names every variable that is missing or wrong, and says once how to set them. */
export function notConfigured(missing: readonly MissingVariable[], local: boolean): NotConfigured | undefined {
  if (missing.length === 0) return undefined;
  const isPrice = missing.some(({ name, problem }) => problem === undefined && /_PRICE(_INPUT|_OUTPUT)?$/.test(name));
  const price =
    ' A price is in USD per million tokens, such as PROVIDER_A_PRICE={"input": 1.25, "output": 10, "cachedInput": 0.125}; models of OpenAI, Anthropic, Gemini and DeepSeek need none at their own hosts.';
  return {
    code: 'not_configured',
    missing: missing.map(({ name, problem }) => (problem === undefined ? name : `${name} ${problem}`)),
    how: `${local ? LOCAL : DEPLOYED}${isPrice ? price : ''}`,
  };
}

const LOCAL = 'Set these in .dev.vars or the environment, and start again.';
const DEPLOYED =
  'Set each with "npx wrangler secret put NAME" (all at once: "npx wrangler secret bulk secrets.json"), or as a variable for npm run serve.';
