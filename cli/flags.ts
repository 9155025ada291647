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

/** The forms of one command in a usage, and where the rest of it is; undefined: of the script without a command. All of it for one that has no form. */
export function usageOf(usage: string, command: string | undefined): string {
  const script = /^npm run \S+/.exec(usage)?.[0] ?? '';
  const [forms = ''] = usage.split('\n\n');
  const own: string[] = [];
  let isOwn = false;
  for (const line of forms.split('\n')) {
    if (line.startsWith(script)) isOwn = / -- ([a-z][\w-]*)/.exec(line)?.[1] === command;
    if (isOwn) own.push(line);
  }
  return own.length === 0 ? usage : [...own, `All of it: ${script} -- --help`].join('\n');
}

/** Runs a command; what is wrong with its flags is told with its own forms alone. */
export async function withUsageOf<Reply>(
  usage: string,
  command: string | undefined,
  run: () => Promise<Reply>,
): Promise<Reply> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(error.what, usageOf(usage, command)) : error;
  }
}
