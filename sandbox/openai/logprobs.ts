import type { Ask } from '../ask.ts';
import type { Json } from '../json.ts';
import { createRandom } from '../random.ts';

/** A log probability for each token, with as many alternatives as the request asks for, the chosen token first. */
export function logprobsOf(ask: Ask, tokens: string[]): Json[] {
  const rivals = typeof ask.body.top_logprobs === 'number' ? ask.body.top_logprobs : 0;
  return tokens.map((token) => {
    const random = createRandom(`logprob|${token}`);
    const logprob = Number((-random() * 0.5).toFixed(6));
    const top = Array.from({ length: rivals }, (_, rank) => {
      const other = rank === 0 ? token : `${token}${rank}`;
      return entry(other, rank === 0 ? logprob : Number((logprob - rank - random()).toFixed(6)));
    });
    return { ...entry(token, logprob), top_logprobs: top };
  });
}

function entry(token: string, logprob: number): Json {
  return { token, logprob, bytes: [...Buffer.from(token)] };
}
