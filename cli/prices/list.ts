/**
 * The price list of @pydantic/genai-prices. Only the CLI reads its half a megabyte; the Worker gets the rows of the models that config
 * names (table.ts).
 */
import type { Provider } from '@pydantic/genai-prices';

/** The day this version was published (`npm view @pydantic/genai-prices time`): the list itself has no date. */
export const PRICE_LIST = { version: '0.1.8', publishedAt: '2026-09-23' };

export async function listOf(name: string): Promise<Provider | undefined> {
  const { findProvider } = await load();
  const found = findProvider({ providerId: name });
  return found?.id === name ? found : undefined;
}

/** The price list of the provider at this address. */
export async function listAt(apiBase: string): Promise<Provider | undefined> {
  const { findProvider } = await load();
  const url = URL.parse(apiBase)?.href ?? '';
  const found = findProvider({ providerApiUrl: url });
  if (found === undefined || NOT_ITS_OWN.has(found.id)) return undefined;
  // The package only compares how an address begins, and api.openai.com.example.net is somebody else's.
  const [beginning = ''] = new RegExp(`^(?:${found.api_pattern})`).exec(url) ?? [];
  return /[/.]$/.test(beginning) || /^$|^[/:]/.test(url.slice(beginning.length)) ? found : undefined;
}

/** Resellers. Their list has the cheapest price of several providers that may answer. */
const NOT_ITS_OWN: ReadonlySet<string> = new Set(['openrouter']);

/** Loaded on demand: it takes a tenth of a second, which a start without it saves. */
const load = () => import('@pydantic/genai-prices');
