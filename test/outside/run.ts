/**
 * Third-party clients read streams of a real router: with pauses longer than a heartbeat and events cut in two, plain and
 * resumable. A client whose toolchain is missing is reported as skipped; one that reads anything wrong is a failure.
 */
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { projectDirectory } from '../../cli/project.ts';
import { LOCAL_CLIENT_KEY } from '../../worker/core/identity/identity.ts';
import { startBench } from '../support/bench.ts';
import { startScripted } from '../support/scripted-provider.ts';

const run = promisify(execFile);
const here = import.meta.dirname;
const cache = join(projectDirectory, 'node_modules', '.cache', 'outside');
/** Together less than the ten minutes that CI gives this step, which runs beside the tests. */
const INSTALL_LIMIT_MS = 180_000;
const READ_LIMIT_MS = 120_000;
/** Longer than the silence after which a plain stream gets a comment; a resumable one gets one each second. */
const PAUSE_MS = 5_500;
/** In the middle of an event: longer than a resumable stream's heartbeat. */
const HALF_EVENT_MS = 1_500;

interface Client {
  name: string;
  /** Rejects if its toolchain is missing; resolves to the command that reads one stream. */
  prepare(): Promise<readonly [string, ...string[]]>;
}

const CLIENTS: readonly Client[] = [
  { name: 'openai-node', prepare: async () => [process.execPath, join(here, 'read-openai.ts')] },
  { name: 'openai-go 3.30.0', prepare: () => builtGo('3.30.0', 'go.mod') },
  { name: 'openai-go 3.8.0', prepare: () => builtGo('3.8.0', 'openai-3.8.0.mod') },
  { name: 'openai-python 3.57.0', prepare: async () => [await python(), join(here, 'read_openai.py')] },
  { name: 'langchain-openai 1.7.4', prepare: async () => [await python(), join(here, 'read_langchain.py')] },
];

async function builtGo(version: string, modFile: string): Promise<readonly [string]> {
  const binary = join(cache, `openai-go-${version}`);
  const options = { cwd: join(here, 'go'), timeout: INSTALL_LIMIT_MS };
  await run('go', ['build', `-modfile=${modFile}`, '-mod=readonly', '-o', binary, '.'], options);
  return [binary];
}

let installing: Promise<string> | undefined;

/** One environment for both Python clients, rebuilt only when the versions change. */
function python(): Promise<string> {
  installing ??= install();
  return installing;
}

async function install(): Promise<string> {
  const requirements = join(here, 'requirements.txt');
  const hash = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 16);
  const directory = join(cache, `python-${hash}`);
  const binary = join(directory, 'bin', 'python');
  const done = join(directory, 'bin', 'installed');
  try {
    await access(done);
  } catch {
    const options = { timeout: INSTALL_LIMIT_MS };
    await run('python3', ['-m', 'venv', '--clear', directory], options);
    await run(
      binary,
      ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-compile', '-r', requirements],
      options,
    );
    // Compiles the imports, which takes longer than the reading.
    await run(binary, ['-c', 'import openai, langchain_openai'], options);
    await run('touch', [done]);
  }
  return binary;
}

const chunk = (choices: unknown[], more: object = {}): string =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices, ...more })}\n\n`;
const delta = (said: object, finish_reason: string | null = null) => chunk([{ index: 0, delta: said, finish_reason }]);
const EXPECTED = { text: 'The Elbe flows north.', finish: 'stop', tokens: 7 };

/** Pauses between two events and in the middle of one; each later event in two packets. */
async function tell(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(delta({ role: 'assistant', content: '' }) + delta({ content: 'The ' }));
  await sleep(PAUSE_MS);
  const usage = { prompt_tokens: 20, completion_tokens: EXPECTED.tokens, total_tokens: 20 + EXPECTED.tokens };
  const events = [delta({ content: 'Elbe ' }), delta({ content: 'flows ' }), delta({ content: 'north.' })];
  for (const [index, event] of [...events, delta({}, 'stop'), chunk([], { usage }), 'data: [DONE]\n\n'].entries()) {
    const middle = event.length >> 1;
    response.write(event.slice(0, middle));
    await sleep(index === 0 ? HALF_EVENT_MS : 30);
    response.write(event.slice(middle));
    await sleep(30);
  }
  response.end();
}

async function read([command, ...args]: readonly [string, ...string[]], url: string, isKeyed: boolean): Promise<void> {
  const env = {
    ...process.env,
    ...{
      BASE_URL: `${url}/v1`,
      API_KEY: LOCAL_CLIENT_KEY,
      LANGSMITH_TRACING: 'false',
      NO_PROXY: '127.0.0.1,localhost',
    },
    ...(isKeyed && { IDEMPOTENCY_KEY: randomUUID() }),
  };
  const { stdout } = await run(command, args, { env, timeout: READ_LIMIT_MS });
  const said = JSON.parse(stdout);
  const isRight = Object.entries(EXPECTED).every(([name, value]) => said[name] === value);
  if (!isRight) throw new Error(`read ${stdout.trim()} in the place of ${JSON.stringify(EXPECTED)}`);
}

/** A client that is not installed in time is skipped like one that is missing: a slow registry says nothing about the router. */
function inTime<T>(preparing: Promise<T>): Promise<T> {
  const late = sleep(INSTALL_LIMIT_MS, undefined, { ref: false }).then(() => {
    throw new Error(`not installed within ${INSTALL_LIMIT_MS / 1000} s`);
  });
  return Promise.race([preparing, late]);
}

const lastLines = (error: unknown): string =>
  String((error as { stderr?: string }).stderr || error)
    .trim()
    .split('\n')
    .slice(-3)
    .join(' | ')
    .slice(0, 400);

await mkdir(cache, { recursive: true });
const provider = await startScripted((_, response) => void tell(response).catch(() => response.destroy()));
const bench = await startBench({
  variables: {
    PROVIDER_A_FORMAT: 'openai',
    PROVIDER_A_API_BASE: `${provider.origin}/v1`,
    PROVIDER_A_KEY: 'outside-key',
    PROVIDER_A_MODEL: 'outside',
    PROVIDER_A_PRICE: '{"input":1,"output":4,"cachedInput":1,"cacheWrite":1,"tiers":[]}',
  },
});
/** `npm run test:outside -- openai-go`: only those. */
const asked = process.argv[2] ?? '';
let failures = 0;
try {
  await Promise.all(
    CLIENTS.filter(({ name }) => name.includes(asked)).map(async ({ name, prepare }) => {
      let command: readonly [string, ...string[]];
      try {
        command = await inTime(prepare());
      } catch (error) {
        console.log(`skipped  ${name}: ${lastLines(error)}`);
        return;
      }
      await Promise.all(
        [false, true].map(async (isKeyed) => {
          const what = `${name}, ${isKeyed ? 'resumable' : 'plain'} stream`;
          try {
            await read(command, bench.url, isKeyed);
            console.log(`ok       ${what}`);
          } catch (error) {
            failures++;
            console.log(`FAILED   ${what}: ${lastLines(error)}`);
          }
        }),
      );
    }),
  );
} finally {
  await bench.stop();
  await provider.close();
}
// An installation may still be under way.
process.exit(failures === 0 ? 0 : 1);
