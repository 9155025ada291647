/** Reads a small JSON body, for calls that carry no question. */
import type { RouterError } from '../../protocol/errors.ts';
import { ok, type Result, refused } from '../../protocol/result.ts';
import type { Deps } from '../ports.ts';
import { readBody } from './read-body.ts';

/** The parsed body, or the error that refuses it. */
export type JsonRead = Result<unknown, RouterError>;

/** Reads the body. `example` is shown to a caller whose body is not JSON. `none` is the JSON that an empty body stands for. */
export async function readJson(
  request: Request,
  longestBytes: number,
  example: string,
  { bodies, clock }: Pick<Deps, 'bodies' | 'clock'>,
  none = '',
): Promise<JsonRead> {
  const weight = bodies.open();
  const limits = { textBytes: longestBytes, mediaBytes: longestBytes };
  const text = await readBody(request, limits, clock, weight);
  // The body is small and kept no longer than the check takes.
  weight.release();
  if (!text.ok) return text;
  try {
    return ok(JSON.parse(text.value || none));
  } catch {
    return refused({ code: 'invalid_json', detail: `send ${example}` });
  }
}
