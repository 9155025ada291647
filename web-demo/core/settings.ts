/** `GET /demo/settings`: how people sign in here, and on a developer's machine which providers there are to unplug. */

export type DemoSettings =
  | { signIn: 'local'; providers: readonly ProviderPlug[] }
  | { signIn: 'publishable'; key: string }
  | { signIn: 'token'; tokenUrl: string }
  | { signIn: 'off'; because: 'off' | 'no_key' | 'not_configured'; missing?: readonly string[] };

export interface ProviderPlug {
  deployment: string;
  /** `A`, `B`, … by position. */
  name: string;
  model: string;
  order: number;
  plugged: boolean;
}
