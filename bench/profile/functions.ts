import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asSubject } from '../subject/start.ts';
import { KINDS, type SubjectName } from '../subject/subject.ts';
import { TEMPORARY, type Workshop } from '../subject/workshop.ts';
import { functionCosts } from './cpu-profile.ts';
import { startInspected } from './inspected-workerd.ts';
import { LONGEST_SAMPLE_MICROS, recordProfile } from './inspector.ts';
import { type ProfiledLoad, runLoad, warmUp } from './load.ts';
import { type ProfiledRun, printProfiles } from './print.ts';
import { sourcePlaces } from './source-places.ts';

/** Profiles the deployed build with V8's sampling profiler, over the inspector. */
export async function profileFunctions(workshop: Workshop, name: SubjectName, load: ProfiledLoad): Promise<void> {
  const profiled = await profileOne(workshop, name, load);
  printProfiles(KINDS[name].title, profiled, await profileOne(workshop, 'bare', load));
}

async function profileOne(workshop: Workshop, name: SubjectName, load: ProfiledLoad): Promise<ProfiledRun> {
  const { worker } = KINDS[name];
  const inspected = await startInspected(workshop, worker);
  try {
    const subject = await asSubject(name, inspected);
    await warmUp(subject, load);
    let counted = { requests: 0, cpuMsPerRequest: Number.NaN };
    const profile = await recordProfile(inspected.inspectorPort, worker, async () => {
      counted = await runLoad(subject, load);
    });
    const path = join(TEMPORARY, `${name}.cpuprofile`);
    writeFileSync(path, JSON.stringify(profile));
    console.log(
      `${name}: ${counted.requests} ${load.streamed ? 'streams' : 'requests'}; for DevTools or speedscope: ${path}`,
    );
    const placeOf = sourcePlaces(workshop[worker].scriptPath);
    return { ...counted, costs: functionCosts(profile, placeOf, LONGEST_SAMPLE_MICROS) };
  } finally {
    await inspected.stop();
  }
}
