/** `npm run bench:profile`: where the Worker's time goes under load, beside the bare Worker. */
import { parseArgs } from 'node:util';
import { exitWithError } from '../cli/shutdown.ts';
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
  help: { type: 'boolean', default: false },
} as const;

try {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) console.log(USAGE);
  else
    await profile(
      subjectNamed(values.subject),
      { streamed: values.stream, seconds: Number(values.seconds) },
      values.native,
    );
} catch (error) {
  exitWithError(error);
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
  throw new Error(`--subject=${name}: there are ${Object.keys(KINDS).join(', ')}`);
}
