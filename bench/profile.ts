/** `npm run bench:profile`: shows where the Worker's time goes under load, beside the bare Worker. */
import { readFlags, UsageError } from '../cli/flags.ts';
import { runScript } from '../cli/run-script.ts';
import { profileFunctions } from './profile/functions.ts';
import type { ProfiledLoad } from './profile/load.ts';
import { profileNative } from './profile/native.ts';
import { KINDS, type SubjectName } from './subject/subject.ts';
import { closeWorkshop, openWorkshop } from './subject/workshop.ts';
import { startUpstream } from './upstream/start.ts';

const USAGE = `npm run bench:profile               the Worker's functions, in the names of its sources
npm run bench:profile -- --stream   the same under streams
npm run bench:profile -- --native   the runtime's own functions, by Linux perf: what API calls cost
                     --seconds=N    how long (default 5)
                     --subject=NAME     instead of carryon: ${Object.keys(KINDS).join(', ')}`;

const OPTIONS = {
  stream: { type: 'boolean', default: false },
  native: { type: 'boolean', default: false },
  seconds: { type: 'string', default: '5' },
  subject: { type: 'string', default: 'carryon' },
} as const;

await runScript({ usage: USAGE, otherwise: run });

async function run(args: string[]): Promise<void> {
  const { subject, stream, seconds, native } = readFlags(args, OPTIONS);
  if (!/^[1-9]\d{0,3}$/.test(seconds)) throw new UsageError(`--seconds=${seconds}: write a whole number from 1`);
  await profile(subjectNamed(subject), { streamed: stream, seconds: Number(seconds) }, native);
}

async function profile(name: SubjectName, load: ProfiledLoad, native: boolean): Promise<void> {
  const upstream = await startUpstream();
  const workshop = await openWorkshop(upstream.port);
  try {
    await (native ? profileNative(workshop, name, load) : profileFunctions(workshop, name, load));
  } finally {
    closeWorkshop(workshop);
    upstream.stop();
  }
}

function subjectNamed(name: string): SubjectName {
  if (Object.hasOwn(KINDS, name)) return name as SubjectName;
  throw new UsageError(`--subject=${name}: write one of ${Object.keys(KINDS).join(', ')}`);
}
