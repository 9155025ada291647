import { LOCAL_ADMIN_KEY, LOCAL_CLIENT_KEY } from '../../worker/core/identity/identity.ts';
import { patiently } from './patiently.ts';

/** The admin and chat calls that tests of whole commands make. */
export async function createKey(url: string, tenant: string, more: object = {}): Promise<string> {
  const response = await patiently(() =>
    fetch(`${url}/admin/keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${LOCAL_ADMIN_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ tenant, ...more }),
    }),
  );
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  return ((await response.json()) as { key: string }).key;
}

export function chat(url: string, key = LOCAL_CLIENT_KEY, body: object = {}): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'app/chat', messages: [{ role: 'user', content: 'What is a failover?' }], ...body }),
  });
}
