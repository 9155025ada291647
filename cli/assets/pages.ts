/** The pages that the router serves. Each is built on its own, so no page loads another page's script. */

export interface Page {
  path: '/' | '/status' | '/operator';
  /** The directory of its `index.html`, beneath `web-demo/`. */
  source: string;
  /** The static file that Cloudflare serves at `path`. */
  file: string;
  /** The path under which its scripts are served. Their names have a hash. */
  assets: string;
  /** The trusted types policies that it may create (CSP's `trusted-types`). */
  trustedTypes: 'default' | "'none'";
  /** True if it has a service worker and a manifest, and may call a team's token server. */
  isApp: boolean;
}

export const DEMO: Page = {
  path: '/',
  source: '.',
  file: '/index.html',
  assets: '/demo-assets/',
  // This policy lets the page register its worker (web-demo/state/trusted-types.ts).
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
