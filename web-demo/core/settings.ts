/** `GET /demo/settings`: how people sign in here, and on a developer's machine which providers there are to unplug. */

export type DemoSettings =
  | { signIn: 'local'; providers: readonly ProviderPlug[] }
  | { signIn: 'publishable'; key: string }
  | { signIn: 'token'; tokenUrl: string }
  | { signIn: 'off'; because: OffReason; missing?: readonly string[] };

export interface ProviderPlug {
  deployment: string;
  /** `A`, `B`, … by position. */
  name: string;
  model: string;
  order: number;
  plugged: boolean;
}

/** `unreachable`: this page was never told, because the router did not answer. */
export type OffReason = 'off' | 'no_key' | 'not_configured' | 'unreachable';
