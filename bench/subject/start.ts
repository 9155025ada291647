import { join } from 'node:path';
import { startWorkerd } from '../../cli/workerd/start-workerd.ts';
import { limitedKey, unlimitedKey } from './identity.ts';
import { KINDS, type Subject, type SubjectName, type Subjects, type WorkerName } from './subject.ts';
import type { Workshop } from './workshop.ts';

/** A Worker in its process; nobody has asked it anything yet. */
export type Started = Pick<Subject, 'port' | 'processId' | 'stop'>;

export async function startSubjects<Name extends SubjectName>(
  workshop: Workshop,
  names: readonly Name[],
): Promise<Subjects<Name>> {
  const started: Partial<Subjects<SubjectName>> = {};
  try {
    for (const name of names) started[name] = await startSubject(workshop, name);
  } catch (error) {
    await stopSubjects(started);
    throw error;
  }
  return started as Subjects<Name>;
}

export async function stopSubjects(subjects: Partial<Subjects<SubjectName>>): Promise<void> {
  await Promise.all(Object.values(subjects).map((subject) => subject.stop()));
}

/** With a key of its own (read from KV) and, where there is a ledger, limits in every scope of its requests. */
export async function startSubject(workshop: Workshop, name: SubjectName, scriptPath?: string): Promise<Subject> {
  const { worker } = KINDS[name];
  return asSubject(name, await startProcess(workshop, worker, { ...(scriptPath !== undefined && { scriptPath }) }));
}

export async function asSubject(name: SubjectName, started: Started): Promise<Subject> {
  const { worker, users, requests } = KINDS[name];
  const key = worker === 'carryon' ? await limitedKey(started, users) : await unlimitedKey(started, worker);
  return { ...started, name, key, requests: requests(key) };
}

let starts = 0;

/** Each start has a state of its own, unless one is named: a fresh machine, and no lock to wait for. */
export async function startProcess(
  workshop: Workshop,
  worker: WorkerName,
  { scriptPath = workshop[worker].scriptPath, stateName = `${++starts}-${worker}` } = {},
): Promise<Started> {
  const workerd = await startWorkerd({
    services: [{ name: worker, port: 0, scriptPath, bare: worker === 'bare' }],
    stateDirectory: join(workshop.stateDirectory, stateName),
    wrangler: workshop.wrangler,
    assetsDirectory: worker === 'bare' ? undefined : workshop.assetsDirectory,
    variables: processVariables(workshop, worker),
    ...(workshop.cacheScriptPath !== undefined && { cacheScriptPath: workshop.cacheScriptPath }),
    onLog: (line) => console.error(`${worker}: ${line}`),
  });
  return { port: Number(new URL(workerd.url).port), processId: workerd.pid, stop: workerd.stop };
}

/** Both of the router's providers and the bare Worker's one are the same upstream. */
export function processVariables({ upstreamPort, wrangler }: Workshop, worker: WorkerName): Record<string, string> {
  const apiBase = `http://127.0.0.1:${upstreamPort}/v1`;
  if (worker === 'bare') return { UPSTREAM_URL: `${apiBase}/chat/completions`, UPSTREAM_KEY: 'bench-key' };
  const providers = ['A', 'B'].map((letter) => ({
    [`PROVIDER_${letter}_API_BASE`]: apiBase,
    [`PROVIDER_${letter}_KEY`]: 'bench-key',
    [`PROVIDER_${letter}_MODEL`]: 'bench-model',
    [`PROVIDER_${letter}_FORMAT`]: 'openai',
  }));
  return Object.assign({ ...wrangler.vars, CARRYON_LOCAL: '1' }, ...providers);
}
