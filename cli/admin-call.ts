import type { AdminTarget } from './admin-target.ts';

/** One call of a router's admin API. A refusal is thrown in the router's own words. */
export async function adminCall<Answer>(
  { url, adminKey, hint }: AdminTarget,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Error(`Nothing answers at ${url}. Is it running (npm start), and are PORT or CARRYON_URL right?`);
  }
  const text = await response.text();
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Error(`${url} answered ${response.status}, and not in JSON. Is it Carryon?`);
  }
  if (response.ok) return answer as Answer;
  const { error } = answer as { error?: { message?: string } };
  const id = response.headers.get('x-request-id');
  // Of the router's own faults the log says more, by this id.
  const said = error?.message ?? `${url} answered ${response.status}.`;
  const refusal = response.status >= 500 && id !== null ? `${said} (request id ${id})` : said;
  throw new Error(response.status === 401 ? `${refusal}\n${hint}` : refusal);
}
