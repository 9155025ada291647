/** The pages that the router serves. Each is built on its own: no page loads a script of another. */

export interface Page {
  path: '/' | '/status' | '/operator';
  /** Its `index.html` is here, beneath `web-demo/`. */
  source: string;
  /** The static file that Cloudflare serves at `path`. */
  file: string;
  /** Where its scripts are served; their names have a hash. */
  assets: string;
  /** Trusted types policies that it may make (CSP's `trusted-types`). */
  trustedTypes: 'default' | "'none'";
  /** It has a service worker and a manifest, and may call a team's token server. */
  isApp: boolean;
}

export const DEMO: Page = {
  path: '/',
  source: '.',
  file: '/index.html',
  assets: '/demo-assets/',
  // The one that lets the page register its worker (web-demo/state/trusted-types.ts).
  trustedTypes: 'default',
  isApp: true,
};

const plain = (path: '/status' | '/operator'): Page => ({
  path,
  source: path.slice(1),
  file: `${path}.html`,
  assets: `${path}-assets/`,
  trustedTypes: "'none'",
  isApp: false,
});

export const PAGES: readonly Page[] = [DEMO, plain('/status'), plain('/operator')];
