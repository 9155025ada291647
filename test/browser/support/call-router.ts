import { patiently } from '../../support/patiently.ts';

/** One call of the router under test, in JSON. Throws what the router refused it with. */
export async function callRouter<Reply>(
  url: string,
  method: string,
  credential: string,
  body?: object,
): Promise<Reply> {
  const response = await patiently(() =>
    fetch(url, {
      method,
      headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }),
  );
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${new URL(url).pathname}: ${response.status} ${text}`);
  return JSON.parse(text) as Reply;
}
