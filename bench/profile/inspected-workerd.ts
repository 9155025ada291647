import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readAssets } from '../../cli/workerd/assets.ts';
import { STATE_PARTS, workerdConfig } from '../../cli/workerd/config.ts';
import { spawnGuarded } from '../../cli/workerd/guarded-process.ts';
import { processVariables, type Started } from '../subject/start.ts';
import type { WorkerName } from '../subject/subject.ts';
import type { Workshop } from '../subject/workshop.ts';

export interface Inspected extends Started {
  inspectorPort: number;
}

/** Starts a process with the config of a timed one, but with its inspector listening. `startWorkerd` has no option for that, because
 * the router should not have one. */
export async function startInspected(workshop: Workshop, worker: WorkerName): Promise<Inspected> {
  const stateDirectory = join(workshop.stateDirectory, `inspected-${worker}`);
  await Promise.all(STATE_PARTS.map((part) => mkdir(join(stateDirectory, part), { recursive: true })));
  const variables = processVariables(workshop, worker);
  const config = workerdConfig({
    services: [{ name: worker, port: 0, scriptPath: workshop[worker].scriptPath, bare: worker === 'bare' }],
    host: '127.0.0.1',
    stateDirectory,
    wrangler: workshop.wrangler,
    assets:
      worker === 'bare'
        ? undefined
        : await readAssets(workshop.assetsDirectory, join(stateDirectory, 'assets.manifest')),
    variableNames: Object.keys(variables),
    ...(workshop.cacheScriptPath !== undefined && { cacheScriptPath: workshop.cacheScriptPath }),
  });
  const configPath = join(stateDirectory, 'workerd.capnp');
  await writeFile(configPath, config);
  const binaryPath = (createRequire(import.meta.url)('workerd') as { default: string }).default;
  const options = ['--experimental', '--import-path=/', '--control-fd=3', '--inspector-addr=127.0.0.1:0'];
  const workerd = spawnGuarded(binaryPath, ['serve', configPath, ...options], variables);
  workerd.stdout.resume();
  workerd.stderr.pipe(process.stderr);
  const { port, inspectorPort } = await portsOf(createInterface({ input: workerd.control }));
  return {
    port,
    inspectorPort,
    processId: workerd.pid,
    async stop() {
      workerd.kill('SIGKILL');
      await workerd.exited;
    },
  };
}

async function portsOf(lines: AsyncIterable<string>): Promise<{ port: number; inspectorPort: number }> {
  let port: number | undefined;
  let inspectorPort: number | undefined;
  for await (const line of lines) {
    const event = JSON.parse(line) as { event: string; port: number };
    if (event.event === 'listen') port = event.port;
    if (event.event === 'listen-inspector') inspectorPort = event.port;
    if (port !== undefined && inspectorPort !== undefined) return { port, inspectorPort };
  }
  throw new Error('workerd ended before it listened');
}
