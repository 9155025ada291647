import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { devVarsPath } from './project.ts';

export type Variables = Record<string, string>;

export interface MachineVariables {
  /** The Worker's variables, without `CARRYON_LOCAL`, because the command sets that. */
  variables: Variables;
  /** Whether `CARRYON_LOCAL` asks for local mode; undefined if it is not set. `0` and an empty value mean off. */
  localAsked: boolean | undefined;
}

/**
 * All of `.dev.vars`, and from the environment only the names that the Worker's code mentions: `KEY_SECRET`, or all of
 * `PROVIDER_A_…` if the code mentions `PROVIDER_A`. The environment wins. An empty value counts as not set.
 */
export function readMachineVariables(
  named: readonly string[],
  environment: NodeJS.ProcessEnv,
  defaults: Variables = {},
): MachineVariables {
  const names = new Set(named);
  const isNamed = (name: string) => names.has(name) || prefixesOf(name).some((prefix) => names.has(prefix));
  const fromMachine = Object.entries(environment).filter(([name]) => isNamed(name));
  const devVars = readDevVars(environment);
  const { CARRYON_LOCAL: _, ...merged } = { ...defaults, ...devVars, ...Object.fromEntries(fromMachine) };
  const local = environment.CARRYON_LOCAL ?? devVars.CARRYON_LOCAL;
  return {
    variables: Object.fromEntries(Object.entries(merged).filter((entry): entry is [string, string] => !!entry[1])),
    localAsked: local === undefined ? undefined : isOn('CARRYON_LOCAL', local),
  };
}

/** Reads a port from the environment. A bad value is an error that names the variable. */
export function portFrom(environment: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const text = environment[name];
  if (text === undefined || text === '') return fallback;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`${name}=${text} is not a port (0 to 65535)`);
  return port;
}

/** The variables in `.dev.vars`. That file may be missing, but a file that `CARRYON_DEV_VARS` names must exist. */
export function readDevVars(environment: NodeJS.ProcessEnv): Variables {
  const path = devVarsPath(environment);
  if (path === undefined) return {};
  try {
    return parseEnv(readFileSync(path, 'utf8')) as Variables;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && environment.CARRYON_DEV_VARS === undefined) return {};
    const name = environment.CARRYON_DEV_VARS === undefined ? '.dev.vars' : `CARRYON_DEV_VARS=${path}`;
    throw new Error(`${name} cannot be read (${code}); it must be a file of lines such as PROVIDER_A_KEY=…`);
  }
}

/** Reads a switch. The Worker takes any other word for off. Here it is an error, because its author probably meant on. */
function isOn(name: string, text: string): boolean {
  if (['1', 'true'].includes(text)) return true;
  if (['', '0', 'false'].includes(text)) return false;
  throw new Error(`${name}=${text} is neither 1 (on) nor 0 (off)`);
}

function prefixesOf(name: string): string[] {
  const words = name.split('_');
  return words.slice(1).map((_, index) => words.slice(0, index + 1).join('_'));
}
