/** Names of this machine. Local mode answers only to them, because its keys are in the documentation. */

const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
/** `localhost` and names under it, 127.0.0.0/8 and ::1, as a URL writes them. */
const HOST = String.raw`(?:(?:[a-z0-9_-]+\.)*localhost\.?|127(?:\.${OCTET}){3}|\[::1\])`;
const LOOPBACK_HOST = new RegExp(`^${HOST}$`, 'i');
const LOOPBACK_ORIGIN = new RegExp(String.raw`^https?://${HOST}(?::\d{1,5})?$`, 'i');

/** Whether pages of this origin come from this machine. */
export const isLoopbackOrigin = (origin: string): boolean => LOOPBACK_ORIGIN.test(origin);

/**
 * Whether local mode answers under a host. `host` is the `Host` header, with its port. `named` are further accepted hosts, in
 * lower case and without a port.
 */
export function isLocalHost(host: string, named: readonly string[]): boolean {
  const name = /^(\[[^\]]*\]|[^:]*)(?::\d{0,5})?$/.exec(host)?.[1] ?? '';
  return LOOPBACK_HOST.test(name) || named.includes(name.toLowerCase());
}
