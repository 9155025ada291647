/** Why a call of the admin API failed, in words for an operator. */
import { isObject } from '../../../protocol/json.ts';

export interface Problem {
  kind: 'key' | 'scope' | 'closed' | 'rate' | 'absent' | 'refused' | 'silent' | 'unreachable';
  text: string;
}

interface WireError {
  code?: unknown;
  message?: unknown;
  param?: unknown;
}

/** No reply came. */
export const UNREACHABLE: Problem = {
  kind: 'unreachable',
  text: 'The router cannot be reached. Check the network. This page keeps trying.',
};

const TEXTS: Readonly<Record<string, Problem>> = {
  invalid_admin_key: { kind: 'key', text: 'This is not an admin key of this router, or it was revoked.' },
  admin_closed: {
    kind: 'closed',
    text: 'The admin API is closed until ADMIN_KEY is set: npx wrangler secret put ADMIN_KEY.',
  },
  book_unavailable: { kind: 'silent', text: 'The book of requests is not answering. This page keeps trying.' },
  board_unavailable: {
    kind: 'silent',
    text: 'The routing board did not answer. A change may have been made; setting or clearing it again is safe.',
  },
  ledger_unavailable: { kind: 'silent', text: 'The tenant’s ledger is not answering. Try again in a moment.' },
  audit_unavailable: {
    kind: 'silent',
    text: 'The log of changes did not answer. If this was a change, the Audit tab says whether it was made.',
  },
};

/** The problem in a refusal's status and body. */
export function problemOf(status: number, body: unknown): Problem {
  const error = wireError(body);
  const code = typeof error.code === 'string' ? error.code : '';
  const said = typeof error.message === 'string' ? error.message : '';
  const known = TEXTS[code];
  if (known !== undefined) return known;
  if (code === 'scope_not_allowed')
    return { kind: 'scope', text: said || 'The scope of this key does not allow that.' };
  if (status === 429) return { kind: 'rate', text: 'Too many calls with this key. This page waits and tries again.' };
  if (status === 404 && said === '') return { kind: 'absent', text: 'This router does not have that call.' };
  if (status === 404) return { kind: 'absent', text: said };
  const param = typeof error.param === 'string' && error.param !== '' ? `${error.param}: ` : '';
  return {
    kind: status >= 500 ? 'silent' : 'refused',
    text: said === '' ? `The router answered ${status}.` : said.startsWith(param) ? said : `${param}${said}`,
  };
}

const wireError = (body: unknown): WireError => (isObject(body) && isObject(body.error) ? body.error : {});

/**
 * What is wrong with a key, checked before it is sent anywhere. Keys of other kinds are known by their prefix. Undefined if it may be an
 * admin key.
 */
export function wrongKind(key: string): string | undefined {
  if (key === '') return 'Enter an admin key.';
  if (/\s/.test(key)) return 'A key has no spaces. Copy it again.';
  if (/^[^!-~]|[^!-~]/.test(key)) return 'A key has only plain letters, digits and signs. Copy it again.';
  if (/^pk-/.test(key))
    return 'This is a publishable client key. This page takes ADMIN_KEY or a key that begins with ak-.';
  return undefined;
}
