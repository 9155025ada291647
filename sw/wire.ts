/** Responses and headers in the form that `sw/core` and other requests take. */
import type { Answered } from './core/verdict.ts';

export const answeredBy = ({ status, headers }: Response): Answered => ({
  status,
  header: (name) => headers.get(name),
});

/** A string as a body. Chromium turns a string into a blob first, so a string reaches the page a millisecond later than a stream. */
export const textBody = (text: string): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      controller.close();
    },
  });

/** Copies these headers, if they are set. */
export function headersNamed(headers: Headers, names: readonly string[]): Headers {
  const found = new Headers();
  for (const name of names) {
    const value = headers.get(name);
    if (value !== null) found.set(name, value);
  }
  return found;
}
