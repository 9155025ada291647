import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { nearestOf } from '../worker/core/config/nearest.ts';

type Values<Options extends ParseArgsOptionsConfig> = ReturnType<typeof parseArgs<{ options: Options }>>['values'];

/** A wrong command line. `runScript` shows what would be right below it. */
export class UsageError extends Error {}

/** Reads a command's flags. An unknown flag is refused with a list of the known ones. */
export function readFlags<Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
): Values<Options> {
  try {
    const { values, tokens } = parseArgs({ args: [...args], options, tokens: true });
    const once = tokens.flatMap((one) => (one.kind === 'option' && !options[one.name]?.multiple ? [one.name] : []));
    const twice = once.find((name, index) => once.indexOf(name) !== index);
    if (twice !== undefined) throw new Error(`--${twice} is written twice`);
    return values as Values<Options>;
  } catch (error) {
    // After the first sentence comes Node's advice about positional arguments, which does not apply.
    const [what = ''] = String(error instanceof Error ? error.message : error).split(/\. |\n/);
    const unknown = /^Unknown option '(.+)'$/.exec(what)?.[1];
    const names = Object.keys(options).map((name) => `--${name}`);
    throw new UsageError(unknown === undefined ? what : `${what}; ${nearestOf(unknown, names)}`);
  }
}

export function requiredFlag(flag: string, written: string | undefined): string {
  if (written === undefined || written === '') throw new UsageError(`--${flag} is missing`);
  return written;
}
