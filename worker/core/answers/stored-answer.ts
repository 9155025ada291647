import type { ChatCompletion } from '../../../protocol/chat.ts';

/** An answer as it is kept: whole, whatever way it came. */
export interface StoredAnswer {
  /** JSON text of a `ChatCompletion`, with all that its provider said. */
  body: string;
  /** The model that answered, and who served it. */
  model: string;
  deployment: string;
  provider: string;
  /** Epoch milliseconds. */
  storedAt: number;
}

export const completionOf = ({ body }: Pick<StoredAnswer, 'body'>): ChatCompletion =>
  JSON.parse(body) as ChatCompletion;
