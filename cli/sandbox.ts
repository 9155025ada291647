import { parsePace } from '../sandbox/pace.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { startSandbox } from '../sandbox/start.ts';
import { portFrom } from './environment.ts';
import { DEFAULT_SANDBOX_PORTS, type SandboxPorts } from './local-defaults.ts';
import type { NeededPort } from './ports.ts';

const PORT_VARIABLES: readonly [keyof SandboxPorts, string][] = [
  ['openaiPort', 'SANDBOX_OPENAI_PORT'],
  ['anthropicPort', 'SANDBOX_ANTHROPIC_PORT'],
  ['controlPort', 'SANDBOX_CONTROL_PORT'],
];

export function sandboxPortsNeeded(environment: NodeJS.ProcessEnv): NeededPort[] {
  return PORT_VARIABLES.map(([key, variable]) => ({
    port: portFrom(environment, variable, DEFAULT_SANDBOX_PORTS[key]),
    variable,
  }));
}

/** Starts the two pretend providers in this process, so that they end with it. */
export function startSandboxProviders(environment: NodeJS.ProcessEnv, needed: readonly NeededPort[]): Promise<Sandbox> {
  const text = environment.SANDBOX_PACE || 'human';
  const pace = parsePace(text);
  if (pace === undefined) throw new Error(`SANDBOX_PACE=${text} is not a pace; write human or fast`);
  const ports = Object.fromEntries(PORT_VARIABLES.map(([key], index) => [key, needed[index]?.port ?? 0]));
  return startSandbox({ ...ports, pace, ...(environment.SANDBOX_SEED && { seed: environment.SANDBOX_SEED }) });
}
