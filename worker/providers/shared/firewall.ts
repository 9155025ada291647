/**
 * A firewall in front of a provider (Cloudflare, Akamai, CloudFront, a proxy) refuses this place or this kind of caller. It answers
 * with an HTML page, a line of text, or its own JSON. It never saw the key.
 */
import { isObject } from '../../../protocol/json.ts';
import type { ReadHeader } from './retry-hints.ts';

/** True if a 403 comes from a firewall, which is anything that is not an error in the provider's own form. */
export function isFromFirewall(header: ReadHeader, body: string): boolean {
  if (header('cf-mitigated') !== null) return true;
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return true;
  }
  if (Array.isArray(parsed)) parsed = parsed[0];
  if (!isObject(parsed)) return true;
  // Cloudflare's problem details: codes 1006 to 1020 are from its firewall.
  if (parsed.cloudflare_error === true || /^10\d\d$/.test(String(parsed.error_code ?? ''))) return true;
  // API gateways of clouds: {"message":"Forbidden"}.
  const words = Object.values(parsed).filter((value) => typeof value === 'string');
  return Object.keys(parsed).length === 1 && /^(forbidden|access denied|request blocked)\.?$/i.test(words[0] ?? '');
}
