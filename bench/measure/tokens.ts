import { join } from 'node:path';
import { buildWorker } from '../../cli/workerd/build.ts';
import { TOKENS_PATH } from '../admission/check-tokens.ts';
import type { Plan } from '../plan.ts';
import { cpuMs } from '../process/usage.ts';
import { type Row, singleRow } from '../report/row.ts';
import { startSubject } from '../subject/start.ts';
import type { Subject } from '../subject/subject.ts';
import { ROOT, type Workshop } from '../subject/workshop.ts';
import { WrongAnswers } from './alternate.ts';

/** Measures how long it takes to identify a caller by a user token, with signature and claims but without HTTP. */
export async function measureTokens(workshop: Workshop, { rounds, checks }: Plan['tokens']): Promise<Row[]> {
  const { scriptPath } = await buildWorker(
    join(ROOT, 'bench/admission/entry.mjs'),
    join(workshop.directory, 'admission', 'worker.js'),
  );
  const subject = await startSubject(workshop, 'carryon', scriptPath);
  try {
    const { token } = await asked<{ token: string }>(subject, '/v1/tokens', subject.key, { user: 'ana' });
    const check = () => asked(subject, `${TOKENS_PATH}?count=${checks}`, token);
    await check();
    const cpuMsPerCheck: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const before = cpuMs(subject.processId);
      await check();
      const after = cpuMs(subject.processId);
      if (before !== undefined && after !== undefined) cpuMsPerCheck.push((after - before) / checks);
    }
    const name = { id: 'tokens.cpuMsPerCheck', group: 'A user token', label: 'CPU per check', unit: 'ms' };
    return cpuMsPerCheck.length === 0 ? [] : [singleRow(name, cpuMsPerCheck)];
  } finally {
    await subject.stop();
  }
}

async function asked<Reply>({ port }: Subject, path: string, credential: string, body: object = {}): Promise<Reply> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const said = await response.text();
  if (!response.ok) throw new WrongAnswers(`POST ${path}: ${response.status} ${said}`);
  return JSON.parse(said) as Reply;
}
