/** "Pull the plug": on a developer's machine the router lets this page break its providers, and change the budget of its own person. */
import { signal } from '@preact/signals';
import type { ProviderPlug } from '../../protocol/demo-settings.ts';
import type { DemoSettings } from '../core/settings.ts';
import type { Plugs } from './app.ts';
import type { AskPorts } from './asking.ts';
import type { Ports } from './ports.ts';

/** The note that says whether the budget is on, because the router does not say. It is set again at each visit, so that it is true. */
const ONE_CENT = 'one-cent';

export interface PlugParts {
  ports: Pick<Ports, 'fetch' | 'notes'>;
  settings: DemoSettings;
  token: AskPorts['token'];
  wifi: Pick<Plugs, 'wifiOff' | 'pullWifi'>;
  readSettings(): Promise<DemoSettings | undefined>;
  onVisible(listener: () => void): void;
}

export function plugs({
  ports,
  settings,
  token,
  wifi,
  readSettings,
  onVisible,
}: PlugParts): Plugs & { load(): Promise<void> } {
  const isLocal = settings.signIn === 'local';
  const providers = signal<readonly ProviderPlug[]>(isLocal ? settings.providers : []);
  const isOneCent = signal(false);

  const call = async (method: 'PUT' | 'DELETE', path: string, body?: object): Promise<void> => {
    const send = (signedIn: string | null) => {
      const headers = { authorization: `Bearer ${signedIn}`, 'content-type': 'application/json' };
      return ports.fetch(path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    };
    let response = await send(await token());
    // A freshly set-up router does not know the old token.
    if (response.status === 401) response = await send(await token(true));
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}.`);
  };
  const look = async () => {
    const read = await readSettings();
    if (read?.signIn === 'local') providers.value = read.providers;
  };
  const lookAtBudget = async () => {
    isOneCent.value = (await ports.notes.get(ONE_CENT)) === 'on';
  };
  const setOneCent = async (on: boolean) => {
    await call('PUT', '/demo/limits', { dailyUsd: on ? 0.01 : null });
    isOneCent.value = on;
    await (on ? ports.notes.put(ONE_CENT, 'on') : ports.notes.delete(ONE_CENT));
  };
  // Other tabs and `npm run route` change it too, and a fault ends after an hour.
  if (isLocal)
    onVisible(() => {
      void look();
      void lookAtBudget();
    });
  return {
    ...{ ...wifi, providers, isOneCent, setOneCent },
    async plug(deployment, plugged) {
      await call(plugged ? 'DELETE' : 'PUT', `/demo/faults/${encodeURIComponent(deployment)}`);
      providers.value = providers.peek().map((one) => (one.deployment === deployment ? { ...one, plugged } : one));
    },
    async load() {
      if (!isLocal) return;
      void look();
      await lookAtBudget();
      if (isOneCent.value) await setOneCent(true).catch(() => {});
    },
  };
}
