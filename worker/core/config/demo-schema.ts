/** `demo` in config: how people sign in to the demo of a deployed router (docs/demo.md). In local mode nobody has to. */
import * as z from 'zod/mini';
import { settings, variable } from './settings.ts';
import { isTokenUrl } from './urls.ts';

/** Config's `demo` section. */
export const demo = z._default(
  z.discriminatedUnion(
    'signIn',
    [
      /** Everyone may use the demo, with a publishable key. */
      settings({ signIn: z.literal('publishable'), key: variable('DEMO_KEY') }),
      /** Only the team's own people may use it. A server of the team gives out their tokens. */
      settings({
        signIn: z.literal('token'),
        tokenUrl: z.string().check(
          z.maxLength(2_000, 'write at most 2,000 characters'),
          z.refine(
            (url) => isTokenUrl(url, true),
            'write the https:// address that gives out tokens, without ? and # (http:// only to this machine)',
          ),
        ),
      }),
      settings({ signIn: z.literal('off') }),
    ],
    { error: 'write signIn: "publishable" (with key), "token" (with tokenUrl) or "off"' },
  ),
  { signIn: 'off' },
);

/** `demo` as the schema lets it pass. */
export type CheckedDemo = z.output<typeof demo>;

/** How people sign in to the demo, as `GET /demo/settings` tells everyone. */
export type DemoSignIn =
  | { signIn: 'publishable'; key: string }
  | { signIn: 'token'; tokenUrl: string }
  | { signIn: 'off'; because: 'off' | 'no_key' }
  /** `missing` is what must be set first. */
  | { signIn: 'off'; because: 'not_configured'; missing: readonly string[] };
