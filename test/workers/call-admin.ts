import { exports } from 'cloudflare:workers';
import { vi } from 'vitest';

export interface AdminReply {
  status: number;
  headers: Headers;
  /** Any reply; a test says what it expects. */
  body: Record<string, unknown> & { error?: { code: string; param: string | null; message: string } };
}

/** One call of the admin API, as the Worker answers it. A string is sent as it is, anything else as JSON. */
export async function callAdmin(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<AdminReply> {
  const authorized = { authorization: 'Bearer sk-local-admin-key', ...headers };
  const call = () =>
    exports.default.fetch(
      new Request(`http://localhost/admin/${path}`, {
        method,
        headers: authorized,
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    );
  let response = await call();
  if (response.status === 429) {
    await refill(authorized);
    response = await call();
  }
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** A clock that was set back finds a full bucket, so calls never wait, even with a stopped clock. */
async function refill(headers: Record<string, string>): Promise<void> {
  const [now, isFake] = [Date.now(), vi.isFakeTimers()];
  vi.setSystemTime(now + 3_600_000);
  await exports.default.fetch(new Request('http://localhost/admin/nothing', { headers }));
  if (isFake) vi.setSystemTime(now);
  else vi.useRealTimers();
}

/** What a refusal says, in one line. */
export const refused = async (asked: Promise<AdminReply>): Promise<string> => {
  const { status, body } = await asked;
  return `${status} ${body.error?.code} ${body.error?.message}`;
};
