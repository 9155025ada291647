import type { ChatCompletion } from '../../../protocol/chat.ts';

/** An answer in the cache: always whole, even if it came as a stream. */
export interface StoredAnswer {
  /** JSON text of a `ChatCompletion`, with everything that its provider said. */
  body: string;
  /** The model that answered, and where. */
  model: string;
  deployment: string;
  provider: string;
  /** Epoch milliseconds. */
  storedAt: number;
}

/** The answer, parsed. */
export const completionOf = ({ body }: Pick<StoredAnswer, 'body'>): ChatCompletion =>
  JSON.parse(body) as ChatCompletion;
