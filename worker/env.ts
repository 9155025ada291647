import * as z from 'zod/mini';
import { isLocal } from './core/config/local.ts';
import { LOCAL_ADMIN_KEY } from './core/identity/identity.ts';

/** The bindings of wrangler.toml, and the variables and secrets, before they are checked. */
export interface UncheckedEnv {
  STATE: KVNamespace;
  HEALTH_BOARD: DurableObjectNamespace<import('./objects/health-board/health-board.ts').HealthBoard>;
  TENANT_LEDGER: DurableObjectNamespace<import('./objects/tenant-ledger/tenant-ledger.ts').TenantLedger>;
  ANSWER_STREAM: DurableObjectNamespace;
  SHARED_ANSWER: DurableObjectNamespace;
  /** Static files; undefined if wrangler.toml has no `[assets]`. */
  ASSETS?: Fetcher;
  ALERTS: DurableObjectNamespace<import('./objects/alerts/alerts.ts').Alerts>;
  OPERATORS: DurableObjectNamespace<import('./objects/operators/operators.ts').Operators>;
  SLO_BOOK: DurableObjectNamespace<import('./objects/slo-book/slo-book.ts').SloBook>;
  /** Absent in plain workerd, which has no such binding. */
  ADDRESS_RATE?: RateLimit;
  /** The deployed version; absent in plain workerd. `tag` may be empty. */
  CF_VERSION_METADATA?: { id: string; tag: string };
  [variable: string]: unknown;
}

/** The variables and secrets, checked. */
export interface Env {
  /** True under `npm start` and in tests, never in a deploy. Only then do the `sk-local-…` keys exist. */
  local: boolean;
  /** Signs virtual keys, and names the objects that keep answers. */
  keySecret: string;
  /** The previous secret. Keys that it signed are still accepted, and answers under names that it made are still found. */
  keySecretOld: string | undefined;
  /** Encrypts cached answers. `KEY_SECRET` does so if it is not set. The old secret still decrypts the answers that it encrypted. */
  answerSecret: string | undefined;
  answerSecretOld: string | undefined;
  /** Signs user tokens. Derived from `KEY_SECRET` if it is not set. Tokens that the old secret signed are still accepted. */
  tokenSecret: string | undefined;
  tokenSecretOld: string | undefined;
  /** Undefined if the admin API is closed. */
  adminKey: string | undefined;
  /** Opens `/metrics`. If it is undefined, an admin key does. */
  metricsToken: string | undefined;
  /** True if each request gets a log line, as under `npm start`. */
  logsRequests: boolean;
}

/** For local runs only. A deploy must set its own. */
const LOCAL_KEY_SECRET = 'carryon-local-key-secret';

const variables = z.object({
  KEY_SECRET: z.optional(z.string()),
  KEY_SECRET_OLD: z.optional(z.string()),
  ADMIN_KEY: z.optional(z.string()),
  ANSWER_SECRET: z.optional(z.string()),
  ANSWER_SECRET_OLD: z.optional(z.string()),
  TOKEN_SECRET: z.optional(z.string()),
  TOKEN_SECRET_OLD: z.optional(z.string()),
  METRICS_TOKEN: z.optional(z.string()),
  CARRYON_LOG: z.optional(z.string()),
});

/** The checked environment, and the names of required secrets that are not set. */
export function readEnv(unchecked: UncheckedEnv): { env: Env; missing: string[] } {
  const { KEY_SECRET, KEY_SECRET_OLD, ADMIN_KEY, ANSWER_SECRET, ANSWER_SECRET_OLD, ...others } =
    variables.parse(unchecked);
  const local = isLocal(unchecked);
  const keySecret = KEY_SECRET || (local ? LOCAL_KEY_SECRET : '');
  const keySecretOld = KEY_SECRET_OLD && KEY_SECRET_OLD !== keySecret ? KEY_SECRET_OLD : undefined;
  const adminKey = ADMIN_KEY || (local ? LOCAL_ADMIN_KEY : undefined);
  const answerSecrets = { answerSecret: ANSWER_SECRET || undefined, answerSecretOld: ANSWER_SECRET_OLD || undefined };
  const tokenSecrets = {
    tokenSecret: others.TOKEN_SECRET || undefined,
    tokenSecretOld: others.TOKEN_SECRET_OLD || undefined,
  };
  const metricsToken = others.METRICS_TOKEN?.trim() || undefined;
  const logsRequests = others.CARRYON_LOG === 'requests';
  return {
    env: { local, keySecret, keySecretOld, adminKey, metricsToken, logsRequests, ...answerSecrets, ...tokenSecrets },
    missing: keySecret === '' ? ['KEY_SECRET'] : [],
  };
}
