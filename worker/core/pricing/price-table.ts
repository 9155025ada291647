/**
 * What the models that carryon.config.ts names by preset cost, in USD per million tokens. Written by `npm run build`
 * (cli/prices/table.ts) from the list of @pydantic/genai-prices. Write a price of your own into carryon.config.ts.
 */
import type { PriceRow } from '../config/config.ts';

/** A row for each preset and model. */
export const PRICE_TABLE: readonly PriceRow[] = [];
