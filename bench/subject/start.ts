import { join } from 'node:path';
import { startWorkerd } from '../../cli/workerd/start-workerd.ts';
import type { Subject, SubjectName, Subjects } from './subject.ts';
import type { Workshop } from './workshop.ts';

let started = 0;

export async function startSubjects<Name extends SubjectName>(
  workshop: Workshop,
  names: readonly Name[],
): Promise<Subjects<Name>> {
  const started: Partial<Subjects<SubjectName>> = {};
  for (const name of names) started[name] = await startSubject(workshop, name);
  return started as Subjects<Name>;
}

export async function stopSubjects(subjects: Partial<Subjects<SubjectName>>): Promise<void> {
  await Promise.all(Object.values(subjects).map((subject) => subject.stop()));
}

/** Each start has a state of its own: a fresh machine, and no lock to wait for. */
export async function startSubject(
  workshop: Workshop,
  name: SubjectName,
  scriptPath = workshop[name].scriptPath,
): Promise<Subject> {
  started += 1;
  const workerd = await startWorkerd({
    services: [{ name, port: 0, scriptPath, bare: name === 'bare' }],
    stateDirectory: join(workshop.stateDirectory, `${started}-${name}`),
    wrangler: workshop.wrangler,
    variables: subjectVariables(workshop, name),
    onLog: (line) => console.error(`${name}: ${line}`),
  });
  return { name, port: Number(new URL(workerd.url).port), processId: workerd.pid, stop: workerd.stop };
}

/** Both of the router's providers and the bare Worker's one are the same upstream. */
export function subjectVariables(workshop: Workshop, name: SubjectName): Record<string, string> {
  const apiBase = `http://127.0.0.1:${workshop.upstreamPort}/v1`;
  if (name === 'bare') return { UPSTREAM_URL: `${apiBase}/chat/completions`, UPSTREAM_KEY: 'bench-key' };
  const providers = ['A', 'B'].map((letter) => ({
    [`PROVIDER_${letter}_API_BASE`]: apiBase,
    [`PROVIDER_${letter}_KEY`]: 'bench-key',
    [`PROVIDER_${letter}_MODEL`]: 'bench-model',
    [`PROVIDER_${letter}_FORMAT`]: 'openai',
  }));
  return Object.assign({ ...workshop.wrangler.vars, CARRYON_LOCAL: '1' }, ...providers);
}
