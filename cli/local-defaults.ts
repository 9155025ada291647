/** The defaults of a machine where nothing is configured: two sandbox providers, one for each wire format. Local mode only. */

export interface SandboxPorts {
  openaiPort: number;
  anthropicPort: number;
  controlPort: number;
}

/** The addresses of the two pretend providers. A running `Sandbox` fits this type. */
export interface SandboxAddresses {
  openai: { url: string };
  anthropic: { url: string };
}

export const DEFAULT_PORT = 8787;
export const DEFAULT_SANDBOX_PORTS: SandboxPorts = { openaiPort: 8788, anthropicPort: 8789, controlPort: 8790 };
const DEFAULT_ADDRESSES: SandboxAddresses = {
  openai: { url: 'http://localhost:8788/v1' },
  anthropic: { url: 'http://localhost:8789/v1' },
};

export interface SandboxSlot {
  slot: string;
  /** Which of the two pretend providers fills it. */
  format: 'openai' | 'anthropic';
}

const SLOTS: readonly SandboxSlot[] = [
  { slot: 'PROVIDER_A', format: 'openai' },
  { slot: 'PROVIDER_B', format: 'anthropic' },
];

/** The slots without a real provider, and the format of each. */
export function sandboxSlots(variables: Readonly<Record<string, string>>): SandboxSlot[] {
  return SLOTS.filter(({ slot }) => !variables[`${slot}_API_BASE`]).map(({ slot, format }) => {
    const asked = variables[`${slot}_FORMAT`];
    return { slot, format: asked === 'openai' || asked === 'anthropic' ? asked : format };
  });
}

/**
 * Fills these slots. Their format and model may be set, because a sandbox model's name can be a fault. A real key is never sent to the
 * sandbox.
 */
export function withSandboxProviders(
  variables: Readonly<Record<string, string>>,
  addresses: SandboxAddresses = DEFAULT_ADDRESSES,
): Record<string, string> {
  const filled = { ...variables };
  for (const { slot, format } of sandboxSlots(variables)) {
    filled[`${slot}_FORMAT`] = format;
    filled[`${slot}_API_BASE`] = addresses[format].url;
    filled[`${slot}_KEY`] = 'sandbox-key';
    filled[`${slot}_MODEL`] = variables[`${slot}_MODEL`] || `sandbox-${format}`;
    const isPriced = Object.keys(variables).some(
      (name) => name === `${slot}_PRICE` || name.startsWith(`${slot}_PRICE_`),
    );
    // The sandbox's own prices (sandbox/billing.ts).
    if (!isPriced) {
      const price = { input: 1, output: 4, cachedInput: 0.1, cacheWrite: 1, tiers: [] };
      filled[`${slot}_PRICE`] = JSON.stringify(price);
    }
  }
  return filled;
}
