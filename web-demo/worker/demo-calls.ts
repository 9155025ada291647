/** Which requests of pages the demo's worker handles itself. Travel mode handles the questions. */

const CHAT = /^\/(?:ai|(?:v1\/)?chat\/completions)$/;
const CALLS = /^\/(?:(?:ai|v1|demo)\/|(?:ai|models|healthz)$)/;

/**
 * `question`: for travel mode. `stream`: the rest of an answer, which breaks when the Wi-Fi is pulled. `call`: any other call of the
 * router's API that the page makes. Undefined for a request that is not the demo's, such as the operator's page.
 */
export function demoCall(method: string, url: URL, origin: string): 'question' | 'stream' | 'call' | undefined {
  if (url.origin !== origin || !(CALLS.test(url.pathname) || CHAT.test(url.pathname))) return undefined;
  if (method === 'POST' && CHAT.test(url.pathname)) return 'question';
  return method === 'GET' && url.pathname.startsWith('/ai/streams/') ? 'stream' : 'call';
}
