import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

type Values<Options extends ParseArgsOptionsConfig> = ReturnType<typeof parseArgs<{ options: Options }>>['values'];

/** A wrong command line, with the usage to print below the message. */
export class UsageError extends Error {
  readonly what: string;

  constructor(what: string, usage: string) {
    super(`${what}\n\n${usage}`);
    this.what = what;
  }
}

/** A command's flags. An unknown flag is refused with the list of those that exist; `--help` prints the list and exits. */
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
    // After the first sentence comes Node's advice about positional arguments, which does not apply.
    const [what] = String(error instanceof Error ? error.message : error).split(/\. |\n/);
    throw new UsageError(what ?? '', usage);
  }
}
