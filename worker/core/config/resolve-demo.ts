import { parseKey } from '../identity/key-format.ts';
import type { CheckedDemo } from './demo-schema.ts';
import { isLocal } from './local.ts';
import type { Variables } from './resolve.ts';
import { isTokenUrl } from './urls.ts';

/** How people sign in to the demo, as `GET /demo/settings` tells it to everybody. */
export type DemoSignIn =
  | { signIn: 'publishable'; key: string }
  | { signIn: 'token'; tokenUrl: string }
  | { signIn: 'off'; because: 'off' | 'no_key' }
  /** `missing`: what has to be set first. */
  | { signIn: 'off'; because: 'not_configured'; missing: readonly string[] };

/** A demo that cannot be keeps nobody else from being answered. */
export function resolveDemo(demo: CheckedDemo, variables: Variables): DemoSignIn {
  switch (demo.signIn) {
    case 'off':
      return { signIn: 'off', because: 'off' };
    case 'publishable': {
      const key = keyOf(demo.key, variables);
      // Everybody is given it, so nothing else may be: somebody may have set a secret key by mistake.
      return isPublishable(key) ? { signIn: 'publishable', key } : { signIn: 'off', because: 'no_key' };
    }
    case 'token': {
      const { tokenUrl } = demo;
      if (isTokenUrl(tokenUrl, isLocal(variables))) return { signIn: 'token', tokenUrl };
      const missing = ['demo.tokenUrl of carryon.config.ts must begin with https:// outside local mode'];
      return { signIn: 'off', because: 'not_configured', missing };
    }
  }
}

const keyOf = (name: string, variables: Variables): string => {
  const value = variables[name];
  return typeof value === 'string' ? value.trim() : '';
};
const isPublishable = (key: string): boolean => parseKey(key)?.kind === 'publishable';

/** Why there is no demo although config wants one with a publishable key; the value itself is shown to nobody. */
export function demoKeyProblem(demo: CheckedDemo, variables: Variables): string | undefined {
  if (demo.signIn !== 'publishable') return undefined;
  const key = keyOf(demo.key, variables);
  if (key === '') return `${demo.key} is not set`;
  if (isPublishable(key)) return undefined;
  const kind = parseKey(key)?.kind === 'secret' ? 'a secret key, which no page may have' : 'not a publishable key';
  return `${demo.key} is ${kind}`;
}
