import { join } from 'node:path';
import { startWorkerd } from '../../cli/workerd/start-workerd.ts';
import type { WranglerConfig } from '../../cli/workerd/wrangler-config.ts';
import { keyOf } from './identity.ts';
import {
  type Entrant,
  isReference,
  KINDS,
  type Subject,
  type Subjects,
  subjectOf,
  type WorkerName,
} from './subject.ts';
import type { Workshop } from './workshop.ts';

/** A Worker in its process, before its first request. */
export type Started = Pick<Subject, 'port' | 'processId' | 'stop'>;

export async function startSubjects(workshop: Workshop, names: readonly Entrant[]): Promise<Subjects> {
  const started = new Map<Entrant, Subject>();
  try {
    for (const name of names) started.set(name, await startSubject(workshop, name));
  } catch (error) {
    await stopSubjects(started);
    throw error;
  }
  return started;
}

export async function stopSubjects(subjects: Subjects): Promise<void> {
  await Promise.all([...subjects.values()].map((subject) => subject.stop()));
}

/** Starts the subject's process, with the key for its requests and, if it has a ledger, limits in every scope of the requests. */
export async function startSubject(workshop: Workshop, name: Entrant, scriptPath?: string): Promise<Subject> {
  const { worker } = KINDS[subjectOf(name)];
  const { against } = workshop;
  if (name === subjectOf(name) || against === undefined) {
    return asSubject(name, await startProcess(workshop, worker, { ...(scriptPath !== undefined && { scriptPath }) }));
  }
  const { built, wrangler } = against;
  return asSubject(name, await startProcess(workshop, worker, { scriptPath: built.scriptPath, wrangler }));
}

export async function asSubject(name: Entrant, started: Started): Promise<Subject> {
  const kind = KINDS[subjectOf(name)];
  const key = await keyOf(started, kind);
  return { ...started, name, key, requests: kind.requests(key) };
}

interface StartOptions {
  scriptPath?: string;
  /** The name of a state to continue. Without one, each start has its own empty state. */
  stateName?: string;
  wrangler?: WranglerConfig;
}

let starts = 0;

export async function startProcess(
  workshop: Workshop,
  worker: WorkerName,
  { scriptPath = workshop[worker].scriptPath, stateName, wrangler = workshop.wrangler }: StartOptions = {},
): Promise<Started> {
  starts += 1;
  const isBare = isReference(worker);
  const workerd = await startWorkerd({
    services: [
      {
        ...{ name: worker, port: 0, scriptPath, bare: isBare },
        ...(worker === 'least' && { handsOnTo: `127.0.0.1:${workshop.upstreamPort}` }),
      },
    ],
    stateDirectory: join(workshop.stateDirectory, stateName ?? `${starts}-${worker}`),
    // The least Worker runs without what the compatibility flags add.
    wrangler: worker === 'least' ? { ...wrangler, compatibilityFlags: [] } : wrangler,
    assetsDirectory: isBare ? undefined : workshop.assetsDirectory,
    variables: processVariables({ ...workshop, wrangler }, worker),
    ...(workshop.cacheScriptPath !== undefined && { cacheScriptPath: workshop.cacheScriptPath }),
    onLog: (line) => console.error(`${worker}: ${line}`),
  });
  return { port: Number(new URL(workerd.url).port), processId: workerd.pid, stop: workerd.stop };
}

/** The variables of a process. The router's two providers and the references' one provider are the same upstream. */
export function processVariables({ upstreamPort, wrangler }: Workshop, worker: WorkerName): Record<string, string> {
  const apiBase = `http://127.0.0.1:${upstreamPort}/v1`;
  if (isReference(worker)) return { UPSTREAM_URL: `${apiBase}/chat/completions`, UPSTREAM_KEY: 'bench-key' };
  const providers = ['A', 'B'].map((letter) => ({
    [`PROVIDER_${letter}_API_BASE`]: apiBase,
    [`PROVIDER_${letter}_KEY`]: 'bench-key',
    [`PROVIDER_${letter}_MODEL`]: 'bench-model',
    [`PROVIDER_${letter}_FORMAT`]: 'openai',
  }));
  return Object.assign({ ...wrangler.vars, CARRYON_LOCAL: '1' }, ...providers);
}
