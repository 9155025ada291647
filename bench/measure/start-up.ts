import { setTimeout as sleep } from 'node:timers/promises';
import { LOCAL_CLIENT_KEY } from '../../worker/core/identity/identity.ts';
import { nowMs } from '../clock.ts';
import { Connection } from '../http/connection.ts';
import { HEALTH_REQUEST, ofOneUser } from '../load/requests.ts';
import { ask } from '../load/whole-reply.ts';
import type { Plan } from '../plan.ts';
import { overReference, type Row } from '../report/row.ts';
import { type Started, startProcess } from '../subject/start.ts';
import type { SubjectName } from '../subject/subject.ts';
import type { Workshop } from '../subject/workshop.ts';
import { WrongAnswers } from './alternate.ts';

interface StartUp {
  healthyAfterMs: number;
  firstAnswerMs: number;
}

const BOTH = ['carryon', 'bare'] as const;
const PATIENCE_MS = 10_000;

/** Measures the time from the spawn of workerd on an empty state to the first 200 of `/healthz`, and the time of the first chat request. */
export async function measureStartUp(workshop: Workshop, startUps: Plan['startUps']): Promise<Row[]> {
  const rounds = new Map(BOTH.map((name): [SubjectName, StartUp[]] => [name, []]));
  for (let round = 0; round < startUps; round += 1) {
    for (const name of BOTH) rounds.get(name)?.push(await startOnce(workshop, name));
  }
  const named = (figure: string, label: string) => ({ id: `startUp.${figure}`, group: 'Start-up', label, unit: 'ms' });
  return overReference(rounds, [
    { ...named('healthyAfterMs', 'spawn to the first 200 of /healthz'), pick: (start) => start.healthyAfterMs },
    { ...named('firstAnswerMs', 'first chat request'), pick: (start) => start.firstAnswerMs },
  ]);
}

async function startOnce(workshop: Workshop, name: (typeof BOTH)[number]): Promise<StartUp> {
  const spawnedAtMs = nowMs();
  const subject = await startProcess(workshop, name);
  try {
    while ((await healthStatus(subject.port)) !== 200) {
      if (nowMs() - spawnedAtMs > PATIENCE_MS) throw new WrongAnswers(`${name}: no 200 of /healthz`);
      await sleep(5);
    }
    const healthyAtMs = nowMs();
    await firstAnswer(name, subject);
    return { healthyAfterMs: healthyAtMs - spawnedAtMs, firstAnswerMs: nowMs() - healthyAtMs };
  } finally {
    await subject.stop();
  }
}

async function healthStatus(port: number): Promise<number> {
  const connection = await Connection.open(port);
  let status = 0;
  await new Promise<void>((resolve) => {
    connection.send(HEALTH_REQUEST, {
      status: (code) => {
        status = code;
      },
      body: () => {},
      end: resolve,
      failed: () => resolve(),
    });
  });
  connection.close();
  return status;
}

async function firstAnswer(name: string, subject: Started): Promise<void> {
  const connection = await Connection.open(subject.port);
  const failure = await ask(connection, ofOneUser(LOCAL_CLIENT_KEY).whole(0));
  connection.close();
  if (failure !== undefined) throw new WrongAnswers(`${name}, first request: ${failure}`);
}
