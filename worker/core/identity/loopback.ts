/** Names that only this machine answers to. Local mode keeps to them, since its keys are in the documentation. */

const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
/** `localhost` and names under it, 127.0.0.0/8 and ::1, as a URL writes them. */
const HOST = String.raw`(?:(?:[a-z0-9_-]+\.)*localhost\.?|127(?:\.${OCTET}){3}|\[::1\])`;
const LOOPBACK_HOST = new RegExp(`^${HOST}$`, 'i');
const LOOPBACK_ORIGIN = new RegExp(String.raw`^https?://${HOST}(?::\d{1,5})?$`, 'i');

export const isLoopbackOrigin = (origin: string): boolean => LOOPBACK_ORIGIN.test(origin);

/** `host`: as the `Host` header has it, a port included. `named`: further hosts, without a port and in lower case. */
export function isLocalHost(host: string, named: readonly string[]): boolean {
  const name = /^(\[[^\]]*\]|[^:]*)(?::\d{0,5})?$/.exec(host)?.[1] ?? '';
  return LOOPBACK_HOST.test(name) || named.includes(name.toLowerCase());
}
