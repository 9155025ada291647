import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

type Values<Options extends ParseArgsOptionsConfig> = ReturnType<typeof parseArgs<{ options: Options }>>['values'];

/** A command line that is wrong, and what would be right. */
export class UsageError extends Error {
  readonly what: string;

  constructor(what: string, usage: string) {
    super(`${what}\n\n${usage}`);
    this.what = what;
  }
}

/** A command's flags. One that it does not know is refused, with those that there are; `--help` says them and ends. */
export function readFlags<Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
  usage: string,
): Values<Options> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(usage);
    process.exit(0);
  }
  try {
    const { values, tokens } = parseArgs({ args: [...args], options, tokens: true });
    const once = tokens.flatMap((one) => (one.kind === 'option' && !options[one.name]?.multiple ? [one.name] : []));
    const twice = once.find((name, index) => once.indexOf(name) !== index);
    if (twice !== undefined) throw new Error(`--${twice} is written twice`);
    return values as Values<Options>;
  } catch (error) {
    // Node's advice about positional arguments comes after the first sentence.
    const [what] = String(error instanceof Error ? error.message : error).split(/\. |\n/);
    throw new UsageError(what ?? '', usage);
  }
}
