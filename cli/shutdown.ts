/** Ends everything that a command started, however the command is asked to end. */

/** The limit for a clean end: longer than workerd's grace period, and shorter than the two seconds that Ctrl-C may take. */
const DEADLINE_MS = 1_700;
const SAME_SIGNAL_MS = 300;

export interface Running {
  stop(): Promise<void>;
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/**
 * Keeps a command running until it is asked to end (Ctrl-C, SIGTERM, a closed terminal), then stops everything and exits with 0.
 * Rejects if workerd ends by itself.
 */
export async function runUntilStopped({ stop, exited }: Running): Promise<never> {
  let stopping = false;
  let since = 0;
  const end = async (signal: NodeJS.Signals) => {
    // A second Ctrl-C exits at once, and the children die with us (guarded-process.ts). The first Ctrl-C arrives twice, because npm
    // forwards it.
    if (stopping && signal === 'SIGINT' && performance.now() - since > SAME_SIGNAL_MS) process.exit(130);
    if (stopping) return;
    stopping = true;
    since = performance.now();
    setTimeout(() => process.exit(0), DEADLINE_MS).unref();
    await stop();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(signal));

  const { code, signal } = await exited;
  // Ctrl-C reaches workerd as well as us, and we may notice workerd's end before our own signal.
  await new Promise((done) => setTimeout(done, SAME_SIGNAL_MS));
  if (stopping) return await new Promise<never>(() => {});
  await stop();
  throw new Error(`workerd ended by itself (${signal ?? `exit code ${code}`})`);
}

/** Prints what is wrong, in one line if the error is ours, and exits. Nothing is left running. */
export function exitWithError(error: unknown): never {
  const known = error instanceof Error && (error.constructor !== TypeError || isAboutFlags(error));
  console.error(`\nerror: ${known ? error.message : error instanceof Error ? error.stack : String(error)}`);
  process.exit(1);
}

function isAboutFlags(error: NodeJS.ErrnoException): boolean {
  return error.code?.startsWith('ERR_PARSE_ARGS') === true;
}
