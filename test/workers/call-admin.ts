import { exports } from 'cloudflare:workers';
import { patiently } from '../support/patiently.ts';

export interface AdminReply {
  status: number;
  headers: Headers;
  /** Whatever the call answers; a test says what it expects. */
  body: Record<string, unknown> & { error?: { code: string; param: string | null; message: string } };
}

/** One call of the admin API, as the Worker answers it. A text goes as it is, anything else as JSON. */
export async function callAdmin(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<AdminReply> {
  const response = await patiently(() =>
    exports.default.fetch(
      new Request(`http://localhost/admin/${path}`, {
        method,
        headers: { authorization: 'Bearer sk-local-admin-key', ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    ),
  );
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** What a refusal says, in one line. */
export const refused = async (asked: Promise<AdminReply>): Promise<string> => {
  const { status, body } = await asked;
  return `${status} ${body.error?.code} ${body.error?.message}`;
};
