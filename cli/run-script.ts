/** Runs a script of package.json: the command that the first word names, or the default if there is no such word. */
import { nearestOf } from '../worker/core/config/nearest.ts';
import { UsageError } from './flags.ts';
import { exitWithError } from './shutdown.ts';

type Command = (args: string[]) => Promise<void>;

export interface Script {
  /** A line for each form of each command, then a blank line, then what applies to all of them. `--help` prints it. */
  usage: string;
  commands?: Readonly<Record<string, Command>>;
  /** Runs if no command is named. It gets all arguments. */
  otherwise?: Command;
  /** Whether `otherwise` also takes a first word that is no command. */
  takesWord?: boolean;
}

/** npm's own settings, which a user may have set for npm. Our commands that take these flags need others too, except --json. */
const SETTINGS_OF_NPM = new Set(['all', 'browser', 'json', 'name', 'yes']);

/** Runs `script`, and exits with 1 if it fails. For a wrong command line it prints only what would be right. */
export async function runScript(script: Script, args = process.argv.slice(2)): Promise<void> {
  try {
    await commandOf(script, args, process.env)();
  } catch (error) {
    exitWithError(error instanceof UsageError ? new Error(withCommandUsage(script, args, error)) : error);
  }
}

/** The command to run. `environment` shows which flags npm kept for itself, because no `--` was written before them. */
export function commandOf(
  script: Script,
  written: readonly string[],
  environment: NodeJS.ProcessEnv,
): () => Promise<void> {
  const { usage, commands = {}, otherwise, takesWord = false } = script;
  if (written.includes('--help') || written.includes('-h')) return async () => console.log(helpOf(usage));
  const kept = keptByNpm(usage, environment).map((flag) => `--${flag}`);
  if (kept.length > 0) {
    const right = [scriptIn(usage), '--', commandIn(script, written), '…'].filter((part) => part !== undefined);
    throw new UsageError(
      `npm kept ${listed(kept, 'and')} for itself; write two dashes before the flags: ${right.join(' ')}`,
    );
  }
  const args = withJsonOfNpm(script, written, environment);
  const [word, ...rest] = args;
  const command = commands[commandIn(script, args) ?? ''];
  if (command !== undefined) return () => command(rest);
  const names = Object.keys(commands);
  const isForOtherwise = word === undefined || word.startsWith('-') || takesWord || names.length === 0;
  if (otherwise !== undefined && isForOtherwise) return () => otherwise(args);
  if (word === undefined) throw new UsageError(`Say what to do: ${listed(names, 'or')}`);
  throw new UsageError(`There is no "${word}"; ${nearestOf(word, names)}`);
}

/** `a`, `a or b`, `a, b or c`. */
const listed = (names: readonly string[], word: 'and' | 'or'): string =>
  [names.slice(0, -1).join(', '), names.at(-1)].filter(Boolean).join(` ${word} `);

/** The text of `--help`. It says how to leave out the two lines that `npm run` prints on stdout, which no JSON reader accepts. */
function helpOf(usage: string): string {
  if (!usage.includes('--json')) return usage;
  return `${usage}\nFor another program, keep npm's own lines out of the output: npm run -s ${scriptIn(usage).split(' ').at(-1)} -- … --json | jq`;
}

function keptByNpm(usage: string, environment: NodeJS.ProcessEnv): string[] {
  const flags = new Set(usage.match(/--[a-z][a-z-]*/g)?.map((flag) => flag.slice(2)));
  return [...flags].filter((flag) => {
    const value = environment[`npm_config_${flag.replaceAll('-', '_')}`];
    if (value === undefined || SETTINGS_OF_NPM.has(flag)) return false;
    return flag !== 'scope' || !value.startsWith('@'); // npm's own scope is a scope of packages, such as @acme
  });
}

/** npm keeps `--json` for itself but passes it on in the environment, and then prints nothing of its own on stdout. So the flag also works without `--`. */
function withJsonOfNpm(
  script: Script,
  args: readonly string[],
  { npm_config_json: json }: NodeJS.ProcessEnv,
): string[] {
  const isTaken = usageOf(script.usage, commandIn(script, args)).includes('--json');
  return json === 'true' && isTaken && !args.includes('--json') ? [...args, '--json'] : [...args];
}

/** A mistake, with only the forms of its command below it. The whole usage would push the mistake off the screen. */
export function withCommandUsage(script: Script, args: readonly string[], error: UsageError): string {
  const { usage, commands = {}, takesWord = false } = script;
  const word = args[0]?.startsWith('-') ? undefined : args[0];
  const command = commandIn(script, args);
  const isUnknown = word !== undefined && command === undefined && !takesWord && Object.keys(commands).length > 0;
  return [error.message, '', isUnknown ? allOf(usage) : usageOf(usage, command)].join('\n');
}

function commandIn({ commands = {} }: Script, [word]: readonly string[]): string | undefined {
  return word !== undefined && Object.hasOwn(commands, word) ? word : undefined;
}

/**
 * The usage of one command: its forms, the words in capitals that they use, and where to read the rest. The whole usage if the command has
 * no form.
 */
export function usageOf(usage: string, command: string | undefined): string {
  const script = scriptIn(usage);
  const lines = usage.split('\n');
  const own: string[] = [];
  let isOwn = false;
  for (const line of lines) {
    if (line.startsWith(script)) isOwn = / -- ([a-z][\w-]*)/.exec(line)?.[1] === command;
    else if (!line.startsWith('  ')) isOwn = false;
    // A form may be at the end of another command's line: "… ends with: unpin --alias A".
    const [, within, name] = /: (([a-z]\w*)( .*)?)$/.exec(line) ?? [];
    if (isOwn) own.push(line);
    else if (name !== undefined && name === command) own.push(`${script} -- ${within}`);
  }
  if (own.length === 0) return usage;
  const explains = (line: string) => {
    const word = /^([A-Z]+) is /.exec(line)?.[1];
    return word !== undefined && own.some((form) => form.includes(word));
  };
  return [...own, ...lines.filter(explains), allOf(usage)].join('\n');
}

const allOf = (usage: string): string => `All of it: ${scriptIn(usage)} -- --help`;

const scriptIn = (usage: string): string => /^npm (run )?\S+/.exec(usage)?.[0] ?? '';
