/** `GET /demo/settings`, as the router tells it and the demo's page reads it. */

/** How people sign in to the demo, and on a developer's machine which providers there are to unplug. */
export type DemoSettings =
  | { signIn: 'local'; providers: readonly ProviderPlug[] }
  | { signIn: 'publishable'; key: string }
  | { signIn: 'token'; tokenUrl: string }
  | { signIn: 'off'; because: 'off' | 'no_key' | 'not_configured'; missing?: readonly string[] };

/** One that can be unplugged: a deployment of the alias that the default feature asks for. */
export interface ProviderPlug {
  deployment: string;
  /** `A`, `B`, … by its place in config. */
  name: string;
  model: string;
  order: number;
  /** Whether all requests reach it as usual: false under a fault for all traffic, whether the demo or an operator set it. */
  plugged: boolean;
}
