/** Checks addresses from the environment by pattern, because core has no URL parser. The runtime parses them when they are called. */
const LABEL = String.raw`[\p{L}\p{N}_-]+`;
const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|1?\d?\d)`;
const HOSTS = [
  // A host name does not end in a number: that would be an IP address.
  String.raw`(?:${LABEL}\.)*(?!\d+(?:[:/?]|$))${LABEL}`,
  String.raw`(?:${OCTET}\.){3}${OCTET}`,
  String.raw`\[(?=[^\]]*:[^\]]*:)[\da-fA-F:.]+\]`,
];
/** A host without user or password, because the key has its own variable. */
const HOST = String.raw`(?:${HOSTS.join('|')})(?::\d{1,5})?`;
const BASE_URL = new RegExp(String.raw`^https?://${HOST}(?:/[^\s?#]*)?$`, 'u');
const WEBHOOK_URL = new RegExp(String.raw`^(https?)://${HOST}(?:[/?][^\s#]*)?$`, 'u');

/** A base URL without query and fragment. */
export const isBaseUrl = (text: string): boolean => BASE_URL.test(text);

/** True for https, and for an address of this machine. */
export const isEncryptedOrLocal = (base: string): boolean =>
  /^https:/i.test(base) || /^http:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?=[:/]|$)/i.test(base);

/** Allows http only in local mode. Otherwise anyone on the network could read the alerts and the address. */
export function isWebhookUrl(text: string, local: boolean): boolean {
  const scheme = WEBHOOK_URL.exec(text)?.[1];
  return scheme === 'https' || (local && scheme === 'http');
}

/** The address of a sign-in's public keys. Anyone who could change them on the way could sign in as any user. */
export const isKeySetUrl = (text: string, local: boolean): boolean =>
  isWebhookUrl(text, local) && isEncryptedOrLocal(text);

/** The address from which a page gets its users' tokens. Anyone who reads such a reply is signed in too. */
export const isTokenUrl = (text: string, local: boolean): boolean =>
  isBaseUrl(text) && (local ? isEncryptedOrLocal(text) : text.startsWith('https:'));

/** The host of a base URL, in lower case and without its port. */
export const hostOf = (url: string): string => /^https?:\/\/([^/?#:]+|\[[^\]]*\])/i.exec(url)?.[1]?.toLowerCase() ?? '';
