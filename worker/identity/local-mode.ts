/** Local mode keeps to this machine: its keys are in the documentation, and behind it may stand a real provider. */
import { isLocalHost, isLoopbackOrigin } from '../core/identity/loopback.ts';

/** Whether pages of this origin may call: those that config names, and in local mode those of this machine. */
export const mayCall = (origin: string, named: readonly string[], local: boolean): boolean =>
  named.includes(origin) || (local && isLoopbackOrigin(origin));

/**
 * The name a request came under, if it is not this machine's. A page elsewhere can make its own name lead here (DNS rebinding),
 * and then this router is its own origin: only the name gives it away.
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

/** The last request that was found to be this machine's: most requests come under the same name as the one before. */
let known: { host?: string; url?: string; localHosts?: readonly string[] } = {};
