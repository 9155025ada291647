import { parseKey } from '../identity/key-format.ts';
import type { CheckedDemo, DemoSignIn } from './demo-schema.ts';
import type { Variables } from './environment.ts';
import { isLocal } from './local.ts';
import { isTokenUrl } from './urls.ts';

/** Resolves how people sign in to the demo. A demo that cannot run does not stop the router. */
export function resolveDemo(demo: CheckedDemo, variables: Variables): DemoSignIn {
  switch (demo.signIn) {
    case 'off':
      return { signIn: 'off', because: 'off' };
    case 'publishable': {
      const key = keyOf(demo.key, variables);
      // Everyone can see this key, so it must be publishable. A secret one may have been set by mistake.
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

/** Why there is no demo although config asks for one with a publishable key. The value itself is never shown. */
export function demoKeyProblem(demo: CheckedDemo, variables: Variables): string | undefined {
  if (demo.signIn !== 'publishable') return undefined;
  const key = keyOf(demo.key, variables);
  if (key === '') return `${demo.key} is not set`;
  if (isPublishable(key)) return undefined;
  const kind = parseKey(key)?.kind === 'secret' ? 'a secret key, which no page may have' : 'not a publishable key';
  return `${demo.key} is ${kind}`;
}
