import { anthropicWire } from './anthropic/wire.ts';
import type { ProviderName } from './ask.ts';
import { createControl } from './control.ts';
import { parseFault } from './faults.ts';
import { Listener } from './listener.ts';
import { openAiWire } from './openai/wire.ts';
import type { Pace } from './pace.ts';
import { Provider } from './provider.ts';
import { RequestLog } from './request-log.ts';
import type { Endpoint, Sandbox } from './sandbox.ts';

export interface SandboxOptions {
  /** The port; with 0, the default, the system chooses a free one. */
  openaiPort?: number;
  anthropicPort?: number;
  controlPort?: number;
  seed?: string | number;
  pace?: Pace;
}

/** Starts two fake providers and their control port, on loopback only. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const seed = String(options.seed ?? 'carryon');
  const pace = options.pace ?? 'human';
  const log = new RequestLog();
  const openai = new Provider(openAiWire, { port: options.openaiPort ?? 0, seed, pace, log });
  const anthropic = new Provider(anthropicWire, { port: options.anthropicPort ?? 0, seed, pace, log });
  const providers: Record<ProviderName, Provider> = { openai, anthropic };
  const all = Object.values(providers);
  const control = new Listener(options.controlPort ?? 0, (request, response) => handleControl(request, response));
  const listeners = [openai.listener, anthropic.listener, control];
  const close = async (): Promise<void> => void (await Promise.all(listeners.map((listener) => listener.close())));
  try {
    for (const listener of listeners) await listener.open();
  } catch (error) {
    await close();
    throw error;
  }
  const endpoint = ({ listener: { origin, port } }: Provider): Endpoint => ({ url: `${origin}/v1`, origin, port });
  const sandbox: Sandbox = {
    openai: endpoint(openai),
    anthropic: endpoint(anthropic),
    controlUrl: control.origin,
    setFault: async (provider, fault, faultOptions = {}) => {
      if (fault === null) return providers[provider].setFault(undefined);
      const chosen = parseFault(fault, { ...faultOptions });
      if (!chosen.ok) throw new Error(chosen.error);
      await providers[provider].setFault(chosen.value);
    },
    setPace: (next) => {
      for (const provider of all) provider.pace = next;
    },
    setPrices: (provider, prices) => {
      providers[provider].prices = { ...providers[provider].prices, ...prices };
    },
    setRecord: (record) => {
      log.recording = record;
    },
    counts: () => ({ openai: openai.tally.counts(), anthropic: anthropic.tally.counts() }),
    requests: () => log.requests(),
    recorded: () => log.recorded(),
    reset: async () => {
      log.clear();
      log.recording = false;
      sandbox.setPace(pace);
      await Promise.all(all.map((provider) => provider.reset()));
    },
    close,
  };
  const handleControl = createControl(sandbox, providers);
  return sandbox;
}
