/** The reply to `GET /demo/settings`, which the demo's page reads. */

/** How people sign in to the demo and, in local mode, which providers can be unplugged. */
export type DemoSettings =
  | { signIn: 'local'; providers: readonly ProviderPlug[] }
  | { signIn: 'publishable'; key: string }
  | { signIn: 'token'; tokenUrl: string }
  | { signIn: 'off'; because: 'off' | 'no_key' | 'not_configured'; missing?: readonly string[] };

/** A provider that can be unplugged: a deployment of the default feature's alias. */
export interface ProviderPlug {
  deployment: string;
  /** `A`, `B`, … by its place in config. */
  name: string;
  model: string;
  order: number;
  /** True if all requests reach the deployment. False under a fault for all traffic, which the demo or an operator may have set. */
  plugged: boolean;
}
