import { join } from 'node:path';
import { buildWorker } from '../../cli/workerd/build.ts';
import { ADMIT_PATH, type AdmittedForAWhile } from '../admission/admit-for-a-while.ts';
import type { Plan } from '../plan.ts';
import { cpuMs } from '../process/usage.ts';
import { type Row, singleRow } from '../report/row.ts';
import { startSubject } from '../subject/start.ts';
import type { Subject } from '../subject/subject.ts';
import { ROOT, type Workshop } from '../subject/workshop.ts';
import { WrongAnswers } from './alternate.ts';

const CROWDS = [
  { id: 'oneUser', name: 'carryon', users: 1, label: 'one user' },
  { id: 'thousandUsers', name: 'thousandUsers', users: 1_000, label: '1,000 users' },
] as const;

/** Measures the admit step alone, in workerd with the real ledger but without HTTP or a provider. */
export async function measureAdmission(workshop: Workshop, plan: Plan['admission']): Promise<Row[]> {
  const { scriptPath } = await buildWorker(
    join(ROOT, 'bench/admission/entry.mjs'),
    join(workshop.directory, 'admission', 'worker.js'),
  );
  const rows: Row[] = [];
  for (const { id, name, users, label } of CROWDS) {
    const subject = await startSubject(workshop, name, scriptPath);
    try {
      await admitted(subject, users, plan.perSecond, plan.warmMs);
      const runs: { perSecond: number; perCore: number | undefined }[] = [];
      for (let round = 0; round < plan.rounds; round += 1) runs.push(await measured(subject, users, plan));
      const named = (figure: string, what: string) => ({
        id: `admission.${id}.${figure}`,
        group: `The admit step alone, offered ${plan.perSecond} a second`,
        label: `${label}: ${what}`,
        unit: '/s',
      });
      const perCore = runs.flatMap((run) => run.perCore ?? []);
      if (perCore.length > 0) rows.push(singleRow(named('perCore', 'for each second of a core'), perCore));
      rows.push(
        singleRow(
          named('perSecond', 'a second'),
          runs.map((run) => run.perSecond),
        ),
      );
    } finally {
      await subject.stop();
    }
  }
  return rows;
}

async function measured(subject: Subject, users: number, { perSecond, measuredMs }: Plan['admission']) {
  const before = cpuMs(subject.processId);
  const { admitted: count, tookMs } = await admitted(subject, users, perSecond, measuredMs);
  const after = cpuMs(subject.processId);
  return {
    perSecond: (count / tookMs) * 1_000,
    perCore: before === undefined || after === undefined ? undefined : (count / (after - before)) * 1_000,
  };
}

async function admitted(subject: Subject, users: number, perSecond: number, ms: number): Promise<AdmittedForAWhile> {
  const response = await fetch(
    `http://127.0.0.1:${subject.port}${ADMIT_PATH}?users=${users}&perSecond=${perSecond}&ms=${ms}`,
    {
      method: 'POST',
      headers: { authorization: `Bearer ${subject.key}`, 'content-type': 'application/json', 'x-carryon-user': 'ana' },
      body: subject.requests.whole(0).toString().split('\r\n\r\n')[1] ?? '',
    },
  );
  const said = await response.text();
  if (!response.ok) throw new WrongAnswers(`admission of ${users} users: ${response.status} ${said}`);
  return JSON.parse(said) as AdmittedForAWhile;
}
