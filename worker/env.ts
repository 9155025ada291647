import * as z from 'zod/mini';
import { isLocal } from './core/config/local.ts';
import { LOCAL_ADMIN_KEY } from './core/identity/identity.ts';

/** What wrangler.toml binds, and the variables and secrets beside it, before they are looked at. */
export interface UncheckedEnv {
  STATE: KVNamespace;
  HEALTH_BOARD: DurableObjectNamespace<import('./objects/health-board/health-board.ts').HealthBoard>;
  TENANT_LEDGER: DurableObjectNamespace<import('./objects/tenant-ledger/tenant-ledger.ts').TenantLedger>;
  ANSWER_STREAM: DurableObjectNamespace;
  SHARED_ANSWER: DurableObjectNamespace;
  /** Static files; undefined where wrangler.toml has no `[assets]`. */
  ASSETS?: Fetcher;
  ALERTS: DurableObjectNamespace<import('./objects/alerts/alerts.ts').Alerts>;
  OPERATORS: DurableObjectNamespace<import('./objects/operators/operators.ts').Operators>;
  SLO_BOOK: DurableObjectNamespace<import('./objects/slo-book/slo-book.ts').SloBook>;
  /** Absent in plain workerd, which has no such binding. */
  ADDRESS_RATE?: RateLimit;
  /** Which deploy this is; absent in plain workerd. `tag` may be empty. */
  CF_VERSION_METADATA?: { id: string; tag: string };
  [variable: string]: unknown;
}

/** Bindings, variables and secrets, checked. */
export interface Env {
  /** `npm start` and tests; never a deploy. Only then do the `sk-local-…` keys exist. */
  local: boolean;
  /** Signs virtual keys, and names the objects that keep answers. */
  keySecret: string;
  /** The one before: its keys are still read, and what was answered under its names is still found. */
  keySecretOld: string | undefined;
  /** Encrypts cached answers; `KEY_SECRET` where it is not set. The old one still opens what it closed. */
  answerSecret: string | undefined;
  answerSecretOld: string | undefined;
  /** Signs user tokens; derived from `KEY_SECRET` where it is not set. Tokens of the old one are still accepted. */
  tokenSecret: string | undefined;
  tokenSecretOld: string | undefined;
  /** Undefined: admin is closed. */
  adminKey: string | undefined;
  /** Opens `/metrics`; undefined: an admin key does. */
  metricsToken: string | undefined;
  /** A log line for each request, as `npm start` prints them. */
  logsRequests: boolean;
}

/** For local runs only; a deploy has to bring its own. */
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
