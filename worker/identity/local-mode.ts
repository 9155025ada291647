/** Local mode serves only this machine, because its keys are in the documentation, and a real provider may be behind it. */
import { isLocalHost, isLoopbackOrigin } from '../core/identity/loopback.ts';

/** True if pages of this origin may call. Config names such origins, and in local mode those of this machine count too. */
export const mayCall = (origin: string, named: readonly string[], local: boolean): boolean =>
  named.includes(origin) || (local && isLoopbackOrigin(origin));

/**
 * The host name of a request, if it is not this machine's. A page elsewhere can make its own name resolve to this machine (DNS
 * rebinding). Then the browser takes this router for the page's own origin, and only the name shows the difference.
 */
export function strangeHost(
  { url, headers }: Pick<Request, 'url' | 'headers'>,
  localHosts: readonly string[],
): string | undefined {
  const host = headers.get('host') ?? 'localhost';
  if (host === known.host && url === known.url && localHosts === known.localHosts) return undefined;
  // workerd also passes on names that no URL can have, such as one with letters as its port.
  const stranger = [host, URL.parse(url)?.host ?? url].find((name) => !isLocalHost(name, localHosts));
  if (stranger === undefined) known = { host, url, localHosts };
  return stranger;
}

/** The last request that had this machine's name. Most requests have the same name as the one before. */
let known: { host?: string; url?: string; localHosts?: readonly string[] } = {};
