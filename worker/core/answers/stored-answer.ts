import type { ChatCompletion } from '../../../protocol/chat.ts';

/** An answer in the cache. It is always whole, even if it came as a stream. */
export interface StoredAnswer {
  /** JSON text of a `ChatCompletion`, with everything that its provider sent. */
  body: string;
  /** The model that answered, with its deployment and provider. */
  model: string;
  deployment: string;
  provider: string;
  /** When the answer was stored (epoch milliseconds). */
  storedAt: number;
}

/** The answer, parsed. */
export const completionOf = ({ body }: Pick<StoredAnswer, 'body'>): ChatCompletion =>
  JSON.parse(body) as ChatCompletion;
