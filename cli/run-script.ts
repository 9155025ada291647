/** Runs a script of package.json: the command that its first word names, or what it does without one. */
import { nearestOf } from '../worker/core/config/nearest.ts';
import { UsageError } from './flags.ts';
import { exitWithError } from './shutdown.ts';

type Command = (args: string[]) => Promise<void>;

export interface Script {
  /** A line for each form of each command, then a blank line and what holds for all of them. `--help` prints it. */
  usage: string;
  commands?: Readonly<Record<string, Command>>;
  /** What it does without a command, with all arguments. */
  otherwise?: Command;
  /** Whether `otherwise` also takes a first word that is no command. */
  takesWord?: boolean;
}

/** npm's own settings: that one of them is set does not mean that it was written in this command line. */
const SETTINGS_OF_NPM = new Set(['all', 'browser', 'json', 'name', 'scope', 'user', 'yes']);

/** Runs `script`, and exits with 1 if that fails. A wrong command line is told with what would be right, and nothing more. */
export async function runScript(script: Script, args = process.argv.slice(2)): Promise<void> {
  try {
    await commandOf(script, args)();
  } catch (error) {
    exitWithError(error instanceof UsageError ? new Error(explained(script, args, error, process.env)) : error);
  }
}

function commandOf({ usage, commands = {}, otherwise, takesWord = false }: Script, args: string[]) {
  const [word, ...rest] = args;
  if (args.includes('--help') || args.includes('-h')) return async () => console.log(usage);
  const command = word !== undefined && Object.hasOwn(commands, word) ? commands[word] : undefined;
  if (command !== undefined) return () => command(rest);
  const names = Object.keys(commands);
  const isForOtherwise = word === undefined || word.startsWith('-') || takesWord || names.length === 0;
  if (otherwise !== undefined && isForOtherwise) return () => otherwise(args);
  if (word === undefined) throw new UsageError(`Say what to do: ${names.slice(0, -1).join(', ')} or ${names.at(-1)}`);
  throw new UsageError(`There is no "${word}"; ${nearestOf(word, names)}`);
}

/** A mistake with the forms of its own command below it: the whole usage would push it off the screen. */
export function explained(
  { usage, commands = {}, takesWord = false }: Script,
  args: readonly string[],
  error: UsageError,
  environment: NodeJS.ProcessEnv,
): string {
  const word = args[0]?.startsWith('-') ? undefined : args[0];
  const isCommand = word !== undefined && Object.hasOwn(commands, word);
  const isUnknown = word !== undefined && !isCommand && !takesWord && Object.keys(commands).length > 0;
  const right = isUnknown ? allOf(usage) : usageOf(usage, isCommand ? word : undefined);
  const flags = new Set(usage.match(/--[a-z][a-z-]*/g)?.map((flag) => flag.slice(2)));
  const kept = [...flags].filter(
    (flag) => !SETTINGS_OF_NPM.has(flag) && environment[`npm_config_${flag.replaceAll('-', '_')}`] !== undefined,
  );
  const ofNpm =
    kept.length === 0
      ? []
      : [`npm kept --${kept.join(' and --')} for itself; write two dashes before the flags: ${scriptIn(usage)} -- …`];
  return [error.message, ...ofNpm, '', right].join('\n');
}

/** The forms of one command, the words in capitals that they use, and where the rest is. All of it if it has no form. */
export function usageOf(usage: string, command: string | undefined): string {
  const script = scriptIn(usage);
  const lines = usage.split('\n');
  const own: string[] = [];
  let isOwn = false;
  for (const line of lines) {
    if (line.startsWith(script)) isOwn = / -- ([a-z][\w-]*)/.exec(line)?.[1] === command;
    else if (!line.startsWith('  ')) isOwn = false;
    // A form may stand at the end of another command's: "… ends with: unpin --alias A".
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
