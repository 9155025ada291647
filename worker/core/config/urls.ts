/** Addresses out of the environment, told by a pattern: core knows no parser. The parser has its say where they are called. */
const LABEL = String.raw`[\p{L}\p{N}_-]+`;
const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|1?\d?\d)`;
const HOSTS = [
  // A name does not end in a number: that would be an address.
  String.raw`(?:${LABEL}\.)*(?!\d+(?:[:/?]|$))${LABEL}`,
  String.raw`(?:${OCTET}\.){3}${OCTET}`,
  String.raw`\[(?=[^\]]*:[^\]]*:)[\da-fA-F:.]+\]`,
];
/** No user or password: the key has a variable of its own. */
const HOST = String.raw`(?:${HOSTS.join('|')})(?::\d{1,5})?`;
const BASE_URL = new RegExp(String.raw`^https?://${HOST}(?:/[^\s?#]*)?$`, 'u');
const WEBHOOK_URL = new RegExp(String.raw`^(https?)://${HOST}(?:[/?][^\s#]*)?$`, 'u');

export const isBaseUrl = (text: string): boolean => BASE_URL.test(text);

/** By https, or to this machine itself. */
export const isPrivateOnItsWay = (base: string): boolean =>
  /^https:/i.test(base) || /^http:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?=[:/]|$)/i.test(base);

/** Without https only locally: what it says would be open to everybody on the way, and so would be the address. */
export function isWebhookUrl(text: string, local: boolean): boolean {
  const scheme = WEBHOOK_URL.exec(text)?.[1];
  return scheme === 'https' || (local && scheme === 'http');
}

/** Of a sign-in's public keys. Whoever could change them on their way could sign in as anybody. */
export const isKeySetUrl = (text: string, local: boolean): boolean =>
  isWebhookUrl(text, local) && isPrivateOnItsWay(text);

/** That a page asks for its people's tokens; whoever reads the answer on its way is signed in too. */
export const isTokenUrl = (text: string, local: boolean): boolean =>
  isBaseUrl(text) && (local ? isPrivateOnItsWay(text) : text.startsWith('https:'));

/** In lower case, without its port; of a base URL. */
export const hostOf = (url: string): string => /^https?:\/\/([^/?#:]+|\[[^\]]*\])/i.exec(url)?.[1]?.toLowerCase() ?? '';
