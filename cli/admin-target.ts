import { LOCAL_ADMIN_KEY } from '../worker/core/identity/identity.ts';
import { portFrom, readDevVars } from './environment.ts';
import { DEFAULT_PORT } from './local-defaults.ts';
import { rememberedPort } from './remembered-port.ts';

/** The router whose admin API is called, and the key for it. */
export interface AdminTarget {
  url: string;
  adminKey: string;
  /** The possible reason, shown if the key is refused. */
  hint: string;
}

/**
 * The environment's `ADMIN_KEY` is sent to `CARRYON_URL` and nowhere else. A deploy's key that is still exported must not
 * reach whatever listens on this machine. The local router's key is the one in `.dev.vars`, or else the well-known one.
 */
export function adminTarget(environment: NodeJS.ProcessEnv): AdminTarget {
  const { CARRYON_URL, ADMIN_KEY } = environment;
  if (CARRYON_URL) {
    const url = CARRYON_URL.replace(/\/+$/, '');
    if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url))
      throw new Error(`CARRYON_URL=${CARRYON_URL} is not a URL such as https://carryon.example.workers.dev`);
    if (!ADMIN_KEY) throw new Error('ADMIN_KEY is not set: CARRYON_URL needs the admin key of that router');
    if (!/^[\x20-\x7e]+$/.test(ADMIN_KEY)) throw new Error('ADMIN_KEY cannot be sent: a header takes only ASCII');
    return {
      url,
      adminKey: ADMIN_KEY,
      hint: 'ADMIN_KEY must be that of CARRYON_URL, or an admin key made there and not revoked.',
    };
  }
  const url = `http://localhost:${portFrom(environment, 'PORT', rememberedPort(environment) ?? DEFAULT_PORT)}`;
  // Otherwise an operator with their own key would act as root, and the audit would say root.
  if (ADMIN_KEY?.startsWith('ak-'))
    throw new Error(
      `ADMIN_KEY (ak-…) is sent to CARRYON_URL only, which is not set. For the router on this machine: CARRYON_URL=${url} ADMIN_KEY=ak-…; without ADMIN_KEY you are its root.`,
    );
  const own = readDevVars(environment).ADMIN_KEY;
  const sent = own ? 'ADMIN_KEY of .dev.vars' : 'the well-known local key';
  return {
    url,
    adminKey: own || LOCAL_ADMIN_KEY,
    hint: `The key sent was ${sent}; to send ADMIN_KEY of the environment, name the router too: CARRYON_URL=${url}`,
  };
}
