/** The page's policy lets no string become script. Its one exception is the address of its own worker, which travel mode registers as a string. */

/** The demo's service worker. */
export const DEMO_WORKER = '/demo-sw.js';

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): unknown;
}

/** Makes the policy. Call it once, before travel mode is turned on. A browser without trusted types needs no policy. */
export function allowDemoWorker(): void {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  trustedTypes?.createPolicy('default', {
    createScriptURL(url) {
      if (url === DEMO_WORKER) return url;
      throw new TypeError(`${url} is not a script of this page`);
    },
  });
}
