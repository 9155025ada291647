/** How people sign in here, as far as this page knows. */
import type { DemoSettings as ToldSettings } from '../../protocol/demo-settings.ts';

/** `unreachable`: the settings are not known, because the router never answered. */
export type DemoSettings = ToldSettings | { signIn: 'off'; because: 'unreachable'; missing?: readonly string[] };
