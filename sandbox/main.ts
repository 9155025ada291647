import { parsePace } from './pace.ts';
import { startSandbox } from './start.ts';

/** Starts the sandbox for people and for `npm start`. All its settings are in the environment. */
const PORTS = {
  openaiPort: { variable: 'SANDBOX_OPENAI_PORT', usual: 8788 },
  anthropicPort: { variable: 'SANDBOX_ANTHROPIC_PORT', usual: 8789 },
  controlPort: { variable: 'SANDBOX_CONTROL_PORT', usual: 8790 },
} as const;

function portFrom({ variable, usual }: { variable: string; usual: number }): number {
  const text = process.env[variable];
  const port = text === undefined || text === '' ? usual : Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) stop(`${variable} has to be a port number, not '${text}'`);
  return port;
}

function stop(message: string): never {
  console.error(`sandbox: ${message}`);
  process.exit(1);
}

function explain(error: unknown, ports: Record<string, number>): string {
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number };
  const name = Object.entries(PORTS).find(([key]) => ports[key] === port)?.[1].variable;
  if (code === 'EADDRINUSE') return `port ${port} is taken; set ${name} to another one`;
  if (code === 'EACCES') return `port ${port} is not allowed; set ${name} to another one`;
  return message;
}

const ports = {
  openaiPort: portFrom(PORTS.openaiPort),
  anthropicPort: portFrom(PORTS.anthropicPort),
  controlPort: portFrom(PORTS.controlPort),
};
const paceText = process.env.SANDBOX_PACE ?? 'human';
const pace = parsePace(paceText) ?? stop(`SANDBOX_PACE has to be 'human' or 'fast', not '${paceText}'`);
const seed = process.env.SANDBOX_SEED ?? 'carryon';

const sandbox = await startSandbox({ ...ports, pace, seed }).catch((error: unknown) => stop(explain(error, ports)));
console.log(
  `sandbox: openai ${sandbox.openai.url} · anthropic ${sandbox.anthropic.url} · control ${sandbox.controlUrl}`,
);

async function end(): Promise<void> {
  await sandbox.close();
  process.exit(0);
}

process.once('SIGINT', end);
process.once('SIGTERM', end);
if (process.env.SANDBOX_WITH_PARENT === '1') {
  // A killed parent cannot send a message, but its end of the pipe closes.
  process.stdin.on('end', end).on('close', end).on('error', end).resume();
  process.once('disconnect', end);
}
